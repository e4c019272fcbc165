import { readFileSync } from 'node:fs';
import yargs, { type Options } from 'yargs';
import { booksFlags } from './cli/books-flags.ts';
import { exportCommand } from './cli/export-command.ts';
import { serveCommand } from './cli/serve-command.ts';
import { SimulatorError } from './errors.ts';
import { defaultPageLimit } from './protocol/days.ts';

type Tell = (line: string) => void;

/**
 * The command `exchange-simulator`. Resolves to its exit code: 0 done, 2 usage, 3 the world failed, 130 interrupted
 * while exporting. SIGINT and SIGTERM end it at once.
 */
export async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  try {
    await commandLine(args, stop.signal, (line) => void process.stdout.write(`${line}\n`)).parseAsync();
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 130;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof SimulatorError && error.code !== 'cannot-listen' ? 2 : 3;
  } finally {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  }
}

const serveFlags = {
  port: { type: 'string', default: '0', describe: 'The port to listen on; 0 picks a free one' },
  host: { type: 'string', default: '127.0.0.1', describe: 'The address to listen on' },
  'page-limit': { type: 'string', default: String(defaultPageLimit), describe: 'The most lines of a page' },
  'fault-rate': { type: 'string', default: '0', describe: 'Probability of each kind of fault for a request' },
  'fault-kinds': { type: 'string', describe: 'The kinds that --fault-rate draws from (default: all)' },
} as const satisfies Record<string, Options>;

const exportFlags = {
  date: { type: 'string', describe: 'The day to write' },
  from: { type: 'string', describe: 'With --through: the first of many days' },
  through: { type: 'string', describe: 'With --from: the last of many days' },
  to: { type: 'string', demandOption: true, describe: 'The file to write, or a folder' },
  format: { choices: ['ndjson', 'csv'], describe: 'Default: as the file is named, else ndjson' },
  gzip: { type: 'boolean', describe: 'Compress. Default: as the file is named, else not' },
  totals: { type: 'boolean', default: false, describe: 'Also write <date>.totals.json beside the file' },
  late: { type: 'string', default: '0', describe: 'Late transactions that each day has got' },
} as const satisfies Record<string, Options>;

function commandLine(args: readonly string[], signal: AbortSignal, tell: Tell) {
  return yargs([...args])
    .scriptName('exchange-simulator')
    .usage('$0 [options]\n\nAn exchange to develop against: seeded, with late data and faults.')
    .command(
      '$0',
      'Serve the exchange over HTTP',
      (command) => command.options({ ...booksFlags, ...serveFlags }),
      async (flags) =>
        await serveCommand({ ...flags, today: flags.today, faultKinds: flags.faultKinds }, signal, tell),
    )
    .command(
      'export',
      'Write days of the exchange as files',
      (command) => command.options({ ...booksFlags, ...exportFlags }),
      async (flags) => await exportCommand(flags, signal, tell),
    )
    .version(version())
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new SimulatorError('bad-option', `${message}. See exchange-simulator --help.`);
    });
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
