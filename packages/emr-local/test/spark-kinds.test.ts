import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { scratchFolder } from './fixtures.ts';
import { installedMark, isInstalled, markOf, missingFor, missingJava, spark4 } from './spark/spark-kinds.ts';

test.each([
  ['openjdk version "17.0.15" 2025-04-15', undefined],
  ['openjdk version "21" 2023-09-19', undefined],
  ['java version "1.8.0_292"', /bin\/java is Java 1: install Java 17/],
  ['openjdk version "11.0.27" 2025-04-15', /bin\/java is Java 11: install Java 17/],
  ['something else', /bin\/java is Java of no known version: install Java 17/],
])('a Java that says %s', async (says, told) => {
  await stubJava(`echo '${says}' >&2`);
  if (told === undefined) expect(missingJava()).toBeUndefined();
  else expect(missingJava()).toMatch(told);
});

test('a Java that is not there is told of with the remedy', () => {
  stubEnvironment('JAVA_HOME', '/nowhere');
  expect(missingJava()).toMatch(/^\/nowhere\/bin\/java cannot be run: install Java 17 .*JAVA_HOME/);
});

test('a Spark is there when its mark says that all was installed that is asked for now', async () => {
  const folder = await scratchFolder();
  const kind = { ...spark4, folder, sparkSubmit: join(folder, 'spark-submit') };
  expect(missingFor(kind)).toBe('Spark 4.0.2 is not installed: npm run spark');
  writeFileSync(installedMark(kind), markOf({ ...kind, jars: [] }));
  writeFileSync(kind.sparkSubmit, '');
  expect(isInstalled(kind)).toBe(false);
  rmSync(kind.sparkSubmit);
  writeFileSync(installedMark(kind), markOf(kind));
  expect(isInstalled(kind)).toBe(false);
  writeFileSync(kind.sparkSubmit, '');
  expect(isInstalled(kind)).toBe(true);
  stubEnvironment('JAVA_HOME', '/nowhere');
  expect(missingFor(kind)).toMatch(/^\/nowhere\/bin\/java cannot be run/);
});

/** Has JAVA_HOME lead to a Java that is this line of shell. */
async function stubJava(line: string): Promise<void> {
  const home = await scratchFolder();
  const program = join(home, 'bin/java');
  mkdirSync(join(home, 'bin'));
  writeFileSync(program, `#!/bin/sh\n${line}\n`);
  chmodSync(program, 0o755);
  stubEnvironment('JAVA_HOME', home);
}

function stubEnvironment(name: string, value: string): void {
  vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}
