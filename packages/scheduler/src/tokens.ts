import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { DaybookError, isSystemError } from '@daybook/core';
import { writeWhole } from './store/write-whole.ts';

/** `worker` takes work and reports it; `reader` looks; `operator` may do all of that, and submit, cancel, retry, pause. */
export type Role = 'worker' | 'operator' | 'reader';

export const roles: readonly Role[] = ['worker', 'operator', 'reader'];

/** What is known of a token: never the token itself. `id` is the beginning of its digest, and no secret. */
export interface TokenFacts {
  readonly id: string;
  readonly role: Role;
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
}

/** The tokens of a state folder, as a running server sees them. Both throw `write-failed` while the folder cannot be read. */
export interface TokenBook {
  /** Whose token it is; undefined of one that is not known. It takes as long for each. */
  holder(token: string): TokenFacts | undefined;
  any(): boolean;
}

interface Stored extends TokenFacts {
  readonly digest: Buffer;
}

/**
 * Makes a token and stores its SHA-256 digest in the state folder. It works at once, in a server that is running too. The
 * token is given here once and can be read nowhere afterwards.
 */
export function createToken(
  state: string,
  role: Role,
  nowMs: number = Date.now(),
): TokenFacts & { readonly token: string } {
  if (!roles.includes(role))
    throw new DaybookError('usage', `There is no role "${String(role)}": it is one of ${roles.join(', ')}.`);
  const token = `daybook_${role}_${randomBytes(32).toString('base64url')}`;
  const digest = digestOf(token).toString('hex');
  const createdAt = new Date(nowMs).toISOString();
  try {
    mkdirSync(folderOf(state), { recursive: true, mode: 0o700 });
    writeWhole(join(folderOf(state), `${digest}.json`), `${JSON.stringify({ role, createdAt })}\n`);
  } catch (error) {
    throw new DaybookError(
      'write-failed',
      `No token can be stored in ${folderOf(state)}: ${messageOf(error)}. See to the folder, its permissions and its space.`,
      { cause: error },
    );
  }
  return { id: idOf(digest), role, createdAt, token };
}

/** All tokens of a state folder, oldest first. */
export function listTokens(state: string): readonly TokenFacts[] {
  return readTokens(state)
    .map(({ id, role, createdAt }) => ({ id, role, createdAt }))
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

/** Takes a token back by its id; a running server refuses it within a second. Says whether there was one. */
export function removeToken(state: string, id: string): boolean {
  const found = readTokens(state).filter((each) => each.id === id);
  try {
    for (const { digest } of found)
      rmSync(join(folderOf(state), `${digest.toString('hex')}.json`), { force: true });
  } catch (error) {
    throw new DaybookError(
      'write-failed',
      `The token ${id} cannot be removed from ${folderOf(state)}: ${messageOf(error)}. See to the permissions of the folder.`,
      { cause: error },
    );
  }
  return found.length > 0;
}

export interface TokenBookOptions {
  /** A clock that nobody sets. */
  readonly steadyMs: () => number;
  /** Told why the folder cannot be read: once, until it can be or the reason is another one. */
  readonly unreadable: (error: DaybookError) => void;
}

/** The folder is looked at again when it has changed: for an unknown token always, else once in a second. */
export function tokenBook(state: string, { steadyMs, unreadable }: TokenBookOptions): TokenBook {
  let known: readonly Stored[] = [];
  let seen = '';
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let told: string | undefined;
  const look = (): void => {
    const stamp = stampOf(state);
    if (stamp !== seen) known = readTokens(state);
    seen = stamp;
    // Where it cannot be read, the next request looks again: one who was taken back is not let in.
    lookedAtMs = steadyMs();
  };
  const lookForRequest = (): void => {
    try {
      look();
      told = undefined;
    } catch (error) {
      if (error instanceof DaybookError && error.message !== told) unreadable(error);
      told = messageOf(error);
      throw error;
    }
  };
  const find = (digest: Buffer): Stored | undefined => {
    let found: Stored | undefined;
    // All are compared, so that the time tells nothing of where one stands.
    for (const each of known) if (timingSafeEqual(each.digest, digest)) found = each;
    return found;
  };
  return {
    holder(token) {
      const digest = digestOf(token);
      if (steadyMs() - lookedAtMs >= 1000) lookForRequest();
      const held = find(digest);
      if (held !== undefined) return held;
      lookForRequest();
      return find(digest);
    },
    any() {
      look();
      return known.length > 0;
    },
  };
}

function readTokens(state: string): readonly Stored[] {
  return names(state).flatMap((name) => {
    const hex = /^([0-9a-f]{64})\.json$/.exec(name)?.[1];
    const facts = hex === undefined ? undefined : factsIn(join(folderOf(state), name));
    return hex === undefined || facts === undefined
      ? []
      : [{ id: idOf(hex), digest: Buffer.from(hex, 'hex'), ...facts }];
  });
}

/** A file that is no token is none: nobody is let in by it. */
function factsIn(path: string): Pick<TokenFacts, 'role' | 'createdAt'> | undefined {
  try {
    const { role, createdAt } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const known = roles.find((each) => each === role);
    return known === undefined ? undefined : { role: known, createdAt: String(createdAt) };
  } catch {
    return undefined;
  }
}

function names(state: string): readonly string[] {
  try {
    return readdirSync(folderOf(state));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return [];
    throw unreadableError(state, error);
  }
}

/** Changes with every file that comes or goes. */
function stampOf(state: string): string {
  const facts = factsOf(state);
  // What changed just now may change again without a trace.
  const fresh = facts !== undefined && BigInt(Date.now()) - facts.mtimeMs < 100n;
  return facts === undefined ? 'none' : `${facts.mtimeNs} ${facts.size} ${fresh ? Math.random() : ''}`;
}

function factsOf(state: string): BigIntStats | undefined {
  try {
    return statSync(folderOf(state), { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    throw unreadableError(state, error);
  }
}

/** Mostly root has made the folder before the service ran as somebody else. */
function unreadableError(state: string, error: unknown): DaybookError {
  const user = userName();
  return new DaybookError(
    'write-failed',
    `The tokens in ${folderOf(state)} cannot be read as the user ${user}: ${messageOf(error)}. Let it be a folder of that user: chown -R ${user} ${state}`,
    { cause: error },
  );
}

/** A user of a container may have a number alone. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function idOf(digest: string): string {
  return digest.slice(0, 12);
}

function folderOf(state: string): string {
  return join(state, 'tokens');
}
