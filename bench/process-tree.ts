import type { SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** What a process and all that it started took. */
export interface Taken {
  readonly wallMs: number;
  /** User and system time of all of them, where the system tells it. */
  readonly cpuMs: number | undefined;
  /** The most memory of the whole tree at one time: proportional set size, so that shared pages count once. */
  readonly peakBytes: number | undefined;
  readonly stdout: string;
}

const sampleMs = 50;

/** Runs a command to its end and measures it. Throws where it fails. Memory and processor time are read from `/proc`. */
export async function measured(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<Taken> {
  const startMs = performance.now();
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  let peakBytes: number | undefined;
  let cpuMs: number | undefined;
  const sample = (): void => {
    if (child.pid === undefined) return;
    const tree = treeOf(child.pid);
    peakBytes = Math.max(peakBytes ?? 0, sum(tree.map(residentBytes)));
    cpuMs = Math.max(cpuMs ?? 0, sum(tree.map(cpuMsOf)));
  };
  const sampling = process.platform === 'linux' ? setInterval(sample, sampleMs) : undefined;
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearInterval(sampling);
  const wallMs = performance.now() - startMs;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr.slice(-2000)}`);
  return { wallMs, cpuMs, peakBytes, stdout };
}

function treeOf(pid: number): readonly number[] {
  const open = [pid];
  const tree: number[] = [];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    tree.push(each);
    open.push(...childrenOf(each));
  }
  return tree;
}

function childrenOf(pid: number): readonly number[] {
  return orElse([], () =>
    readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
        .trim()
        .split(' ')
        .filter(Boolean)
        .map(Number),
    ),
  );
}

function residentBytes(pid: number): number {
  return orElse(0, () => {
    const found = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return Number(found?.[1] ?? 0) * 1024;
  });
}

/** The time of a process and of its children that have ended, in ms; a tick is 10 ms on every Linux there is. */
function cpuMsOf(pid: number): number {
  return orElse(0, () => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return sum(fields.slice(11, 15).map(Number)) * 10;
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** A process may end between two looks at it. */
function orElse<T>(otherwise: T, look: () => T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
