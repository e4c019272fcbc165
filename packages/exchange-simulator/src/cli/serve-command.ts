import { SimulatorError } from '../errors.ts';
import { createExchange } from '../exchange.ts';
import { faultKinds, type FaultKind } from '../faults.ts';
import { startExchangeServer } from '../protocol/server.ts';
import { exchangeOptions, numberFlag, type BooksArguments } from './books-flags.ts';

/** The flags of the server. */
export interface ServeArguments extends BooksArguments {
  readonly port: string;
  readonly host: string;
  readonly pageLimit: string;
  readonly faultRate: string;
  readonly faultKinds: string | undefined;
}

/** Serves until the signal is aborted. Tells the URL in a line once it listens. Throws `bad-option`. */
export async function serveCommand(
  flags: ServeArguments,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  const exchange = createExchange(exchangeOptions(flags));
  const server = await startExchangeServer({
    exchange,
    port: portFlag(flags.port),
    host: flags.host,
    pageLimit: numberFlag('page-limit', flags.pageLimit),
    faultRate: numberFlag('fault-rate', flags.faultRate),
    faultKinds: kindsFlag(flags.faultKinds),
  });
  tell(
    `exchange-simulator listens on ${server.url} (seed ${exchange.books.seed}, today ${exchange.today()})`,
  );
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  await server.close();
}

function portFlag(text: string): number {
  const port = numberFlag('port', text);
  if (Number.isInteger(port) && port <= 65_535) return port;
  throw new SimulatorError('bad-option', `--port is from 0 (any free one) to 65535, not ${text}.`);
}

function kindsFlag(text: string | undefined): readonly FaultKind[] {
  if (text === undefined) return faultKinds;
  return text.split(',').map((name) => {
    const kind = faultKinds.find((known) => known === name.trim());
    if (kind !== undefined) return kind;
    throw new SimulatorError('bad-option', `--fault-kinds: "${name}" is none of ${faultKinds.join(', ')}.`);
  });
}
