import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faultKinds } from '../src/index.ts';
import { inputs } from '../src/model/inputs.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const main = readFileSync(new URL('../src/main.ts', import.meta.url), 'utf8');

/** The names in the first column of the table that begins with this heading. */
function firstColumn(heading: string): readonly string[] {
  const from = readme.indexOf(`| ${heading}`);
  const [table = ''] = readme.slice(from).split('\n\n');
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '');
}

test('the README names every operation that is served, in order, and no other', () => {
  const listed = readme.slice(readme.lastIndexOf('operations that are not in'));
  const named = [...listed.matchAll(/`([A-Z]\w+)`/g)].map((match) => match[1] ?? '');
  expect(named.slice(1)).toEqual(Object.keys(inputs).toSorted());
});

test('the README describes every kind of fault', () => {
  const described = firstColumn('kind ');
  expect(described.toSorted()).toEqual(faultKinds.toSorted());
});

test('the README describes every flag of the command', () => {
  const flags = [...main.matchAll(/^ {2}'?([a-z][a-z0-9-]*)'?: (?:\{|delay\()/gm)].map((match) => match[1]);
  expect(flags.length).toBeGreaterThan(10);
  expect(firstColumn('flag (`startEmrLocal`)')).toEqual(flags.map((flag) => `--${flag}`));
});
