import type { StepSettings } from './settings.ts';

/**
 * The words for spark-submit on this machine, from those for a cluster. Replaced are the master and the deploy mode;
 * `s3://` becomes `s3a://` in the options and in the application's path, where spark-submit itself reads it. What comes
 * behind the application is the program's own and stays word for word: `s3://` inside a program is S3A's too, by
 * `fs.s3.impl`, so a program sees what it would see on EMR.
 */
export function sparkSubmitArguments(args: readonly string[], settings: StepSettings): readonly string[] {
  const at = applicationAt(args);
  const options = ownOptions(args.slice(0, at));
  const conf = { ...s3Conf(settings.s3Endpoint), ...settings.sparkConf };
  return [
    '--master',
    settings.sparkMaster,
    ...Object.entries(conf).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
    ...options.map(s3a),
    ...args.slice(at, at + 1).map(s3a),
    ...args.slice(at + 1),
  ];
}

/** S3A's settings for `s3://`, `s3n://` and `s3a://`. Credentials are not among them: S3A finds those of the environment. */
export function s3Conf(endpoint: string | undefined): Readonly<Record<string, string>> {
  const schemes = ['s3', 's3n'].flatMap((scheme) => [
    [`spark.hadoop.fs.${scheme}.impl`, 'org.apache.hadoop.fs.s3a.S3AFileSystem'],
    [`spark.hadoop.fs.AbstractFileSystem.${scheme}.impl`, 'org.apache.hadoop.fs.s3a.S3A'],
  ]);
  if (endpoint === undefined) return Object.fromEntries(schemes) as Record<string, string>;
  return {
    ...(Object.fromEntries(schemes) as Record<string, string>),
    'spark.hadoop.fs.s3a.endpoint': endpoint,
    'spark.hadoop.fs.s3a.endpoint.region': 'us-east-1',
    'spark.hadoop.fs.s3a.path.style.access': 'true',
    'spark.hadoop.fs.s3a.connection.ssl.enabled': String(endpoint.startsWith('https:')),
  };
}

const flags = new Set(['--verbose', '-v', '--supervise', '--version', '--help', '-h', '--usage-error']);
const placing = new Set(['--master', '--deploy-mode']);
const placingConf = /^spark\.(master|submit\.deployMode)=/;

/** Where the application stands: behind the options, each of which but the flags has a value. */
function applicationAt(args: readonly string[]): number {
  let at = 0;
  while (at < args.length && args[at]!.startsWith('-')) at += hasOwnValue(args[at]!) ? 2 : 1;
  return Math.min(at, args.length);
}

function hasOwnValue(option: string): boolean {
  return !flags.has(option) && !(option.startsWith('--') && option.includes('='));
}

/** The options without those that say where a job runs. */
function ownOptions(options: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < options.length; at += 1) {
    const option = options[at]!;
    const [name = '', inline] = option.split(/=(.*)/s);
    const value = hasOwnValue(option) ? options[at + 1] : inline;
    if (hasOwnValue(option)) at += 1;
    if (placing.has(name)) continue;
    if ((name === '--conf' || name === '-c') && placingConf.test(value ?? '')) continue;
    kept.push(option, ...(hasOwnValue(option) && value !== undefined ? [value] : []));
  }
  return kept;
}

/** `s3://` where a URI begins: at the start, behind a comma of a list, or behind the sign of a setting. */
function s3a(word: string): string {
  return word.replaceAll(/(^|[,=])s3n?:\/\//g, '$1s3a://');
}
