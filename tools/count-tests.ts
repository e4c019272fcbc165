/**
 * Reads the reports that the packages' test runs leave behind, and prints what failed and what held only in a second try: first
 * with their messages, then their names alone, and in the last line the sums.
 */
import { globSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const paths = globSync(
  ['packages/*/test-results*.json', 'apps/*/test-results*.json', 'tools/test-results*.json'],
  { cwd: root },
);
const reports = paths.map((path) => JSON.parse(readFileSync(`${root}/${path}`, 'utf8')) as Report);
const sum = (count: (report: Report) => number): number =>
  reports.reduce((total, report) => total + count(report), 0);

const names: string[] = [];
/** Files that failed without a test of theirs that did. */
let brokenFiles = 0;
for (const { name, status, message, assertionResults } of reports.flatMap((report) => report.testResults)) {
  const file = relative(root, name);
  const failures = assertionResults.filter((test) => test.failureMessages.length > 0);
  for (const test of failures) {
    const what = test.status === 'failed' ? 'failed' : 'held in the second try only';
    tell(`${what}: ${file}: ${test.fullName}`, test.failureMessages.join('\n'));
  }
  if (status === 'failed' && assertionResults.every((test) => test.status !== 'failed')) {
    brokenFiles += 1;
    tell(`failed: ${file}`, message);
  }
}

const failed = sum((report) => report.numFailedTests);
const passed = sum((report) => report.numPassedTests);
const skipped = sum((report) => report.numPendingTests);
const counts = `${passed} passed, ${failed + brokenFiles} failed, ${skipped} skipped`;
process.stdout.write([...names, counts, ''].join('\n'));

function tell(name: string, message: string): void {
  names.push(name);
  process.stdout.write(`${name}\n${message}\n\n`);
}
