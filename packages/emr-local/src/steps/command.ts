import { delimiter, dirname } from 'node:path';
import type { Failure } from '../service/records.ts';
import type { StepConfig } from '../service/requests.ts';
import type { StepSettings } from './settings.ts';
import { sparkSubmitArguments } from './spark-submit.ts';

/** What a step comes to on this machine. */
export type Command =
  | {
      readonly kind: 'run';
      readonly program: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'refuse'; readonly failure: Failure };

/** Decides what a step runs. Only `command-runner.jar` is known: there is no Hadoop here that could run another jar. */
export function commandOf(
  { Jar, Args = [] }: StepConfig['HadoopJarStep'],
  settings: StepSettings,
  environment: NodeJS.ProcessEnv,
): Command {
  const [program, ...args] = Args;
  if (!/(^|\/)command-runner\.jar$/.test(Jar)) {
    return refuse('Jar not supported', `emr-local runs the commands of command-runner.jar and not ${Jar}.`);
  }
  if (program === undefined) {
    return refuse(
      'No command',
      'command-runner.jar was given no arguments: the first is the program to run.',
    );
  }
  if (program === 'state-pusher-script') {
    return { kind: 'nothing', why: 'state-pusher-script has no console to report to: nothing was run' };
  }
  const s3 = settings.s3Endpoint === undefined ? {} : { AWS_ENDPOINT_URL_S3: settings.s3Endpoint };
  if (program !== 'spark-submit') return { kind: 'run', program, args, env: s3 };
  return sparkCommand(args, settings, { ...environment, ...s3 });
}

/** The submission of a program to the Spark of this machine, which listens to this machine alone. */
function sparkCommand(
  args: readonly string[],
  settings: StepSettings,
  { PATH = '', SPARK_LOCAL_IP = '127.0.0.1', AWS_ENDPOINT_URL_S3 }: NodeJS.ProcessEnv,
): Command {
  const { sparkSubmit } = settings;
  if (sparkSubmit === undefined) {
    return refuse(
      'spark-submit not found',
      'emr-local found no spark-submit: start it with --spark-submit PATH, or with spark-submit on its PATH.',
    );
  }
  // A spark-submit that pip installed finds the rest of its environment only by PATH.
  const env = {
    ...(AWS_ENDPOINT_URL_S3 === undefined ? {} : { AWS_ENDPOINT_URL_S3 }),
    SPARK_LOCAL_IP,
    PATH: `${dirname(sparkSubmit)}${delimiter}${PATH}`,
  };
  return { kind: 'run', program: sparkSubmit, args: sparkSubmitArguments(args, settings), env };
}

function refuse(reason: string, message: string): Command {
  return { kind: 'refuse', failure: { reason, message } };
}
