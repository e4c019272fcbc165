import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A Spark of this machine, for tests: what it is installed from, and where. */
export interface SparkKind {
  readonly version: string;
  /** The release of EMR that has this Spark. */
  readonly release: string;
  /** Where `npm run spark` puts it: a virtual environment of Python. */
  readonly folder: string;
  readonly sparkSubmit: string;
  /** What comes from Python's package index. */
  readonly packages: readonly string[];
  /** What comes from Maven's repository: S3A of the Hadoop that this Spark brings, and the SDK that it was built with. */
  readonly jars: readonly string[];
}

const cache = fileURLToPath(new URL('../../../../.cache/spark', import.meta.url));
const oldestJava = 17;

export const spark3: SparkKind = kindOf('3.5.6', 'emr-7.13.0', '0.10.9.7', [
  'org.apache.hadoop:hadoop-aws:3.3.4',
  'com.amazonaws:aws-java-sdk-bundle:1.12.262',
]);

export const spark4: SparkKind = kindOf('4.0.2', 'emr-spark-8.0.0', '0.10.9.9', [
  'org.apache.hadoop:hadoop-aws:3.4.1',
  'software.amazon.awssdk:bundle:2.24.6',
]);

export const sparkKinds: readonly SparkKind[] = [spark3, spark4];

/**
 * Settings for tests, whose programs are short: code that the quick compiler made is good enough for them, and it alone halves
 * the processor time. Java keeps less room for code then, and a program that fills it ends with "Out of space in CodeCache", so
 * the room is that of both compilers. The rest saves little, and a port.
 */
export const quickSparkConf: Readonly<Record<string, string>> = {
  'spark.driver.extraJavaOptions': '-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC',
  'spark.sql.shuffle.partitions': '1',
  'spark.ui.enabled': 'false',
};

/** What a test that needs this Spark lacks, with the remedy. Nothing where it can run. */
export function missingFor(kind: SparkKind): string | undefined {
  if (isInstalled(kind)) return missingJava();
  return `Spark ${kind.version} is not installed: npm run spark`;
}

/** Whether `npm run spark` has installed it whole, from what is asked for now: the mark is written last. */
export function isInstalled(kind: SparkKind): boolean {
  try {
    return readFileSync(installedMark(kind), 'utf8') === markOf(kind) && existsSync(kind.sparkSubmit);
  } catch {
    return false;
  }
}

export function installedMark(kind: SparkKind): string {
  return join(kind.folder, 'installed');
}

/** What the mark says: all that was installed, a line each. */
export function markOf({ packages, jars }: SparkKind): string {
  return [...packages, ...jars, ''].join('\n');
}

/** Which Java is missing, with the remedy. Spark takes that of JAVA_HOME, else the one on PATH. */
export function missingJava(): string | undefined {
  const home = process.env['JAVA_HOME'] ?? '';
  const program = home === '' ? 'java' : join(home, 'bin/java');
  const { stderr, status } = spawnSync(program, ['-version'], { encoding: 'utf8' });
  const remedy = `install Java ${oldestJava} (Debian: openjdk-17-jre-headless), or set JAVA_HOME to one`;
  if (status !== 0) return `${program} cannot be run: ${remedy}`;
  const [, version = ''] = /version "(\d+)/.exec(stderr) ?? [];
  return Number(version) < oldestJava
    ? `${program} is Java ${version || 'of no known version'}: ${remedy}`
    : undefined;
}

/** The folder of Spark itself, with its `jars`. */
export function sparkHome(kind: SparkKind): string {
  const [home] = globSync(join(kind.folder, 'lib/python3*/site-packages/pyspark'));
  if (home === undefined) throw new Error(`There is no Spark in ${kind.folder}: npm run spark.`);
  return home;
}

/**
 * What `spark-submit` needs beside the environment of this process, so that it finds its own Spark and Python, whatever others
 * are on the machine, and listens to this machine alone.
 */
export function sparkEnvironment(kind: SparkKind): Readonly<Record<string, string>> {
  const bin = join(kind.folder, 'bin');
  return {
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    SPARK_HOME: sparkHome(kind),
    PYSPARK_PYTHON: join(bin, 'python'),
    PYSPARK_DRIVER_PYTHON: join(bin, 'python'),
    SPARK_LOCAL_IP: '127.0.0.1',
  };
}

function kindOf(version: string, release: string, py4j: string, jars: readonly string[]): SparkKind {
  const folder = join(cache, version);
  const packages = [`pyspark==${version}`, `py4j==${py4j}`];
  return Object.freeze({
    version,
    release,
    folder,
    sparkSubmit: join(folder, 'bin/spark-submit'),
    packages,
    jars,
  });
}
