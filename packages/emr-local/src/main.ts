import { readFileSync } from 'node:fs';
import yargs, { type Options } from 'yargs';
import { serveCommand } from './cli/serve-command.ts';
import { EmrLocalError } from './errors.ts';
import { defaultDelays } from './service/delays.ts';

/**
 * The command `emr-local`. Resolves to its exit code: 0 done, 2 usage, 3 the world failed. SIGINT and SIGTERM end it
 * and all steps at once.
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
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof EmrLocalError && error.code !== 'cannot-listen' ? 2 : 3;
  } finally {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  }
}

const delay = (name: keyof typeof defaultDelays, describe: string) =>
  ({ type: 'string', default: String(defaultDelays[name]), describe }) as const;

const flags = {
  port: { type: 'string', default: '0', describe: 'The port to listen on; 0 picks a free one' },
  's3-endpoint': {
    type: 'string',
    describe:
      'The URL that s3:// leads to in steps, and where logs are put (default: S3 itself, and no logs)',
  },
  'spark-submit': { type: 'string', describe: 'Its path (default: that of SPARK_HOME, else of PATH)' },
  'spark-master': { type: 'string', default: 'local[*]', describe: 'What stands for the cluster' },
  'spark-conf': {
    type: 'string',
    array: true,
    default: [],
    describe: 'A setting NAME=VALUE for Spark, before those of a step',
  },
  log: { type: 'string', describe: 'The folder for logs of s3:// log URIs (default: <state>/logs)' },
  state: { type: 'string', describe: 'The folder in which steps run (default: a temporary one)' },
  clock: { choices: ['real', 'virtual'], default: 'real', describe: 'virtual stands until it is moved on' },
  'start-seconds': delay('startSeconds', 'How long a cluster is STARTING'),
  'bootstrap-seconds': delay('bootstrapSeconds', 'How long a cluster is BOOTSTRAPPING'),
  'stop-seconds': delay('stopSeconds', 'How long a cluster is TERMINATING'),
  seed: {
    type: 'string',
    describe: 'Decides faults and identifiers (default: identifiers are new each time)',
  },
  'fault-rate': { type: 'string', default: '0', describe: 'Probability of each kind of fault for a request' },
  'fault-kinds': { type: 'string', describe: 'The kinds that --fault-rate draws from (default: all)' },
} as const satisfies Record<string, Options>;

function commandLine(args: readonly string[], signal: AbortSignal, tell: (line: string) => void) {
  return yargs([...args])
    .scriptName('emr-local')
    .usage('$0 [options]\n\nThe EMR API on this machine, running real spark-submit, with faults on request.')
    .command(
      '$0',
      'Serve EMR on 127.0.0.1',
      (command) => command.options(flags),
      async ({ s3Endpoint, sparkSubmit, log, state, seed, faultKinds, ...own }) =>
        await serveCommand({ ...own, s3Endpoint, sparkSubmit, log, state, seed, faultKinds }, signal, tell),
    )
    .version(version())
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new EmrLocalError('bad-option', `${message}. See emr-local --help.`);
    });
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
