import { realClock, virtualClock } from '../clock.ts';
import { EmrLocalError } from '../errors.ts';
import { faultKinds, type FaultKind } from '../faults.ts';
import { startEmrLocal } from '../protocol/server.ts';
import { findSparkSubmit } from '../steps/find-spark-submit.ts';

/** The flags as yargs gives them: numbers are text, since yargs turns what is no number into NaN. */
export interface ServeArguments {
  readonly port: string;
  readonly s3Endpoint: string | undefined;
  readonly sparkSubmit: string | undefined;
  readonly sparkMaster: string;
  readonly sparkConf: readonly string[];
  readonly log: string | undefined;
  readonly state: string | undefined;
  readonly clock: 'real' | 'virtual';
  readonly startSeconds: string;
  readonly bootstrapSeconds: string;
  readonly stopSeconds: string;
  readonly seed: string | undefined;
  readonly faultRate: string;
  readonly faultKinds: string | undefined;
}

/** Serves until the signal is aborted. Tells the URL in a line once it listens. Throws `bad-option`. */
export async function serveCommand(
  flags: ServeArguments,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  const sparkSubmit = findSparkSubmit(flags.sparkSubmit, process.env);
  const server = await startEmrLocal({
    port: portFlag(flags.port),
    sparkMaster: flags.sparkMaster,
    sparkConf: confFlag(flags.sparkConf),
    clock: flags.clock === 'virtual' ? virtualClock() : realClock(),
    startSeconds: numberFlag('start-seconds', flags.startSeconds),
    bootstrapSeconds: numberFlag('bootstrap-seconds', flags.bootstrapSeconds),
    stopSeconds: numberFlag('stop-seconds', flags.stopSeconds),
    faultRate: numberFlag('fault-rate', flags.faultRate),
    faultKinds: kindsFlag(flags.faultKinds),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(sparkSubmit === undefined ? {} : { sparkSubmit }),
    ...(flags.s3Endpoint === undefined ? {} : { s3Endpoint: flags.s3Endpoint }),
    ...(flags.log === undefined ? {} : { logFolder: flags.log }),
    ...(flags.state === undefined ? {} : { stateFolder: flags.state }),
  });
  const spark =
    sparkSubmit === undefined ? 'no spark-submit: such steps fail' : `spark-submit ${sparkSubmit}`;
  tell(`emr-local listens on ${server.url} (${spark}; logs below ${server.logFolder})`);
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  await server.close();
}

function numberFlag(name: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new EmrLocalError('bad-option', `--${name} is a number, not "${text}".`);
}

function portFlag(text: string): number {
  const port = numberFlag('port', text);
  if (Number.isInteger(port) && port <= 65_535) return port;
  throw new EmrLocalError('bad-option', `--port is from 0 (any free one) to 65535, not ${text}.`);
}

function confFlag(entries: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    entries.map((entry) => {
      const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(entry) ?? [];
      if (name !== '') return [name, value];
      throw new EmrLocalError('bad-option', `--spark-conf is such as spark.jars=/a.jar, not "${entry}".`);
    }),
  );
}

function kindsFlag(text: string | undefined): readonly FaultKind[] {
  if (text === undefined) return faultKinds;
  return text.split(',').map((name) => {
    const kind = faultKinds.find((known) => known === name.trim());
    if (kind !== undefined) return kind;
    throw new EmrLocalError('bad-option', `--fault-kinds: "${name}" is none of ${faultKinds.join(', ')}.`);
  });
}
