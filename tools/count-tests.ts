/** Adds up the reports that the packages' test runs leave behind, and prints one line. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numFailedTestSuites: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const paths = globSync(
  ['packages/*/test-results*.json', 'apps/*/test-results*.json', 'tools/test-results*.json'],
  { cwd: root },
);
const reports = paths.map((path) => JSON.parse(readFileSync(`${root}/${path}`, 'utf8')) as Report);
const sum = (count: (report: Report) => number): number =>
  reports.reduce((total, report) => total + count(report), 0);
const failed = sum((report) => report.numFailedTests);
const brokenFiles = failed === 0 ? sum((report) => report.numFailedTestSuites) : 0;
process.stdout.write(
  `${sum((report) => report.numPassedTests)} passed, ${failed + brokenFiles} failed, ${sum((report) => report.numPendingTests)} skipped\n`,
);
