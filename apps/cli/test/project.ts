import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { gathered } from './gathered.ts';

const command = fileURLToPath(new URL('../bin/daybook.js', import.meta.url));
const config = fileURLToPath(new URL('./fixtures/daybook.config.ts', import.meta.url));
const packages = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/** How a command ended and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A project in a folder of its own, and the command as a user runs it there. */
export interface Project {
  readonly folder: string;
  /** Writes the sales of one day: `shop amount` each. */
  sell(day: string, ...sales: readonly string[]): void;
  write(path: string, text: string): void;
  daybook(...words: readonly string[]): Promise<Ended>;
  /** Runs the command and hands over the process, for signals and pipes. */
  start(...words: readonly string[]): Started;
}

export interface Started {
  readonly process: ReturnType<typeof spawn>;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr has said `text`. */
  said(text: string): Promise<void>;
  /** Resolves with all of stdout when it has `text`. */
  printed(text: string): Promise<string>;
}

/** An empty folder that the packages can be imported from; removed when the test ends. */
export function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-cli-test-'));
  symlinkSync(packages, join(folder, 'node_modules'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function projectForTest(): Project {
  const folder = folderForTest();
  mkdirSync(join(folder, 'sales'));
  copyFileSync(config, join(folder, 'daybook.config.ts'));
  const write = (path: string, text: string): void => writeFileSync(join(folder, path), text);
  return {
    folder,
    write,
    sell(day, ...sold) {
      const lines = sold.map((each) => {
        const [shop, amount] = each.split(' ');
        return `${JSON.stringify({ shop, amount })}\n`;
      });
      write(`sales/${day}.ndjson`, lines.join(''));
    },
    daybook: async (...words) => await startIn(folder, words).ended,
    start: (...words) => startIn(folder, words),
  };
}

/** What a command is started with besides its words. */
export interface Surroundings {
  /** The file that takes what it prints, which is not gathered then. */
  readonly stdout?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The command in a folder, its output gathered. */
export function startIn(
  folder: string,
  words: readonly string[],
  { stdout, environment = {} }: Surroundings = {},
): Started {
  const child = spawn(process.execPath, [command, ...words], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '', ...environment },
    stdio: ['pipe', stdout === undefined ? 'pipe' : openSync(stdout, 'w'), 'pipe'],
  });
  const [out, err] = [gathered(child.stdout), gathered(child.stderr)];
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, out: out.text(), err: err.text() })),
  );
  return { process: child, ended, said: async (text) => void (await err.has(text)), printed: out.has };
}
