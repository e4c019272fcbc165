import type { IncomingMessage } from 'node:http';
import { DaybookError } from '@daybook/core';
import { protocolHeader, protocolVersion } from '../api/protocol-version.ts';
import type { Route, RouteName } from '../api/routes.ts';
import { routes } from '../api/routes.ts';
import type { Role, TokenBook, TokenFacts } from '../tokens.ts';
import type { Answer, Visit } from './listener.ts';
import { Refusal } from './problem.ts';
import type { Address } from './query.ts';
import { addressOf } from './query.ts';

/** What a route is carried out with. `role` is undefined where no token is asked for. */
export interface Asked {
  readonly request: IncomingMessage;
  readonly role: Role | undefined;
  /** The beginning of the digest of the token; no secret. */
  readonly token: string | undefined;
  /** The decoded segment that stands for `:run`. */
  readonly run: string;
  readonly query: ReadonlyMap<string, string>;
}

export type Handlers = Readonly<Record<RouteName, (asked: Asked) => Promise<Answer>>>;

/**
 * Finds the route, then looks at the token, then at the parameters; the body is read last. Without a token that is known
 * nothing is told about what is there but the two routes that are anybody's.
 */
export function router(
  handlers: Handlers,
  tokens: TokenBook,
): (request: IncomingMessage, visit: Visit) => Promise<Answer> {
  return async (request, visit) => {
    const address = addressOf(request.url ?? '');
    const found = address === undefined ? [] : matching(address);
    const open = found.find(({ route }) => route.roles === 'anybody');
    const holder = open === undefined ? holderOf(request, tokens) : undefined;
    if (holder !== undefined) visit.role = holder.role;
    if (address === undefined || found.length === 0)
      throw new Refusal('route-unknown', 'There is no such path. docs/scheduler-api.md has them all.');
    const match = found.find(({ route }) => route.method === request.method);
    if (match === undefined)
      throw new Refusal('method-unknown', `It is ${found.map(({ route }) => route.method).join(' or ')}.`);
    const { name, route } = match;
    if (route.roles !== 'anybody' && (holder === undefined || !route.roles.includes(holder.role)))
      throw new Refusal('role-insufficient', `This takes the role ${route.roles.join(' or ')}.`);
    checkProtocol(request);
    const strange = [...address.query.keys()].find((each) => !route.query.includes(each));
    if (strange !== undefined)
      throw new Refusal(
        'parameter-invalid',
        `There is no such parameter here. There is: ${route.query.join(', ') || 'none'}.`,
      );
    const run = address.segments[2] ?? '';
    return await handlers[name]({
      request,
      role: holder?.role,
      token: holder?.id,
      run,
      query: address.query,
    });
  };
}

function matching(address: Address): readonly { readonly name: RouteName; readonly route: Route }[] {
  return (Object.entries(routes) as [RouteName, Route][])
    .filter(([, { path }]) => {
      const segments = path.slice(1).split('/');
      return (
        segments.length === address.segments.length &&
        segments.every((each, index) => each.startsWith(':') || each === address.segments[index])
      );
    })
    .map(([name, route]) => ({ name, route }));
}

function holderOf(request: IncomingMessage, tokens: TokenBook): TokenFacts {
  const given = /^bearer +([\w.~+/=-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (given === undefined)
    throw new Refusal(
      'token-missing',
      'Send it as "Authorization: Bearer TOKEN"; `daybook token create` makes one.',
    );
  const holder = holderIn(tokens, given);
  if (holder === undefined) throw new Refusal('token-unknown', '`daybook token create` makes one that is.');
  return holder;
}

function holderIn(tokens: TokenBook, given: string): TokenFacts | undefined {
  try {
    return tokens.holder(given);
  } catch (error) {
    if (error instanceof DaybookError)
      throw new Refusal('tokens-unreadable', 'The log of the server says what to do.');
    throw error;
  }
}

function checkProtocol(request: IncomingMessage): void {
  const said = request.headers[protocolHeader];
  if (said === undefined || said === String(protocolVersion)) return;
  throw new Refusal(
    'protocol-unknown',
    `This server speaks version ${protocolVersion}: install the same version of Daybook on both sides.`,
  );
}
