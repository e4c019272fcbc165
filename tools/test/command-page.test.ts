import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../documents/blocks.ts';

const document = readFileSync(join(root, 'docs/command.md'), 'utf8');
const overview = helpOf();
const names = [
  ...(overview.match(/^Commands:\n((?: .*\n)+)/m)?.[1] ?? '').matchAll(/^ +daybook (\S+)/gm),
].map(([, name = '']) => name);

test('docs/command.md has a section for every command and for no other, in the order of the help', () => {
  const sections = [...document.matchAll(/^## `(.+)`$/gm)].map(([, name]) => name);
  expect(sections).toEqual(names);
  expect(names.length).toBeGreaterThan(0);
});

test('docs/command.md has the flags that all commands take, and no other', () => {
  expect(flagsToldIn('Everywhere')).toEqual(flagsOf(overview, 'Everywhere').toSorted());
});

test('docs/command.md has the flags that choose tasks, and no other', () => {
  const flags = new Set(names.flatMap((name) => flagsOf(helpOf(name), 'Which tasks')));
  expect(flagsToldIn('Which tasks')).toEqual([...flags].toSorted());
});

describe.each(names)('docs/command.md on %s', (name) => {
  const help = helpOf(name);

  test('has its usage', () => {
    const [, usage = ''] = /^Usage: ([^]*?)\n\n/.exec(help) ?? [];
    expect(sectionOf(`\`${name}\``)).toContain(`\n${usage.replaceAll(/\s+/g, ' ')}\n`);
  });

  test('has its options, and no other', () => {
    expect(flagsToldIn(`\`${name}\``)).toEqual(flagsOf(help, 'Options').toSorted());
  });
});

function helpOf(...command: readonly string[]): string {
  const bin = join(root, 'apps/cli/bin/daybook.js');
  return spawnSync(process.execPath, [bin, ...command, '--help'], { encoding: 'utf8' }).stdout;
}

/** The flags in one group of a help text. */
function flagsOf(help: string, group: string): readonly string[] {
  const [, lines = ''] = new RegExp(`^${group}:\\n((?:(?: .*)?\\n)+)`, 'm').exec(`${help}\n`) ?? [];
  return [...lines.matchAll(/^ +(--[a-z-]+)/gm)].map(([, flag = '']) => flag);
}

/** The flags in the table of one section of the page. */
function flagsToldIn(heading: string): readonly string[] {
  return [...sectionOf(heading).matchAll(/^\| `(--[a-z-]+)` /gm)].map(([, flag = '']) => flag).toSorted();
}

function sectionOf(heading: string): string {
  const [section = ''] = document.split(/^(?=## )/m).filter((each) => each.startsWith(`## ${heading}\n`));
  return section;
}
