/**
 * Installs the Sparks of the tests, each in a virtual environment of its own with the jars that S3A needs, by `pip` and `mvn`,
 * pinned by version, into `.cache/spark`: `npm run spark`. What is installed already is left alone; what was interrupted is made
 * anew from what the two programs keep. Ends with 1 where something is missing or cannot be had.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SparkKind } from '../../packages/emr-local/test/spark/spark-kinds.ts';
import {
  installedMark,
  isInstalled,
  markOf,
  missingJava,
  sparkHome,
  sparkKinds,
} from '../../packages/emr-local/test/spark/spark-kinds.ts';

type Command = readonly [program: string, words: readonly string[]];

/** Spark comes as a source package, built by these. */
const builders = ['setuptools==80.9.0', 'wheel==0.45.1'];
const copyJar = 'org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy';

const absent = sparkKinds.filter((kind) => !isInstalled(kind));
const there = sparkKinds.filter(isInstalled);
for (const { version } of there) process.stdout.write(`Spark ${version} is there\n`);

const lacks = [missingJava(), ...(absent.length === 0 ? [] : missingPrograms())].filter(
  (lack) => lack !== undefined,
);
for (const lack of lacks) process.stderr.write(`${lack}\n`);
process.exitCode = lacks.length === 0 && absent.filter((kind) => !prepared(kind)).length === 0 ? 0 : 1;

/** What else of this machine it takes to install one, each with the remedy. */
function missingPrograms(): readonly (string | undefined)[] {
  return [
    lackOf(['python3', ['-c', 'import ensurepip, venv']], 'Python 3 with venv (Debian: python3-venv)'),
    lackOf(['mvn', ['--version']], 'Maven (Debian: maven)'),
  ];
}

function lackOf([program, words]: Command, remedy: string): string | undefined {
  const { status } = spawnSync(program, words, { stdio: 'ignore' });
  return status === 0 ? undefined : `${program} ${words.join(' ')} does not run: install ${remedy}`;
}

function prepared(kind: SparkKind): boolean {
  const what = `Spark ${kind.version}`;
  process.stdout.write(`${what} is being installed …\n`);
  rmSync(kind.folder, { recursive: true, force: true });
  mkdirSync(kind.folder, { recursive: true });
  const done = runAll(what, environmentOf(kind)) && runAll(what, jarsOf(kind));
  if (!done) return false;
  writeFileSync(installedMark(kind), markOf(kind));
  process.stdout.write(`${what} is installed\n`);
  return true;
}

function environmentOf({ folder, packages }: SparkKind): readonly Command[] {
  const pip = join(folder, 'bin/pip');
  const install = ['install', '--quiet', '--disable-pip-version-check'];
  return [
    ['python3', ['-m', 'venv', folder]],
    [pip, [...install, ...builders]],
    [pip, [...install, '--no-build-isolation', '--no-deps', ...packages]],
  ];
}

/** Called once the environment is there. */
function jarsOf(kind: SparkKind): readonly Command[] {
  const to = join(sparkHome(kind), 'jars');
  return kind.jars.map((jar) => [
    'mvn',
    ['--quiet', '--batch-mode', copyJar, `-Dartifact=${jar}`, `-DoutputDirectory=${to}`],
  ]);
}

/** Runs one after the other until one fails, and tells what that one said. */
function runAll(what: string, commands: readonly Command[]): boolean {
  return commands.every(([program, words]) => {
    const { status, error, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    if (status === 0) return true;
    const why = error?.message ?? `it ended with ${status}\n${stdout}${stderr}`;
    process.stderr.write(`${what} cannot be installed: ${program} ${words.join(' ')}: ${why}\n`);
    return false;
  });
}
