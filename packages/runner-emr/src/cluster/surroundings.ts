import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Time, chance and the process itself, as everything about clusters is given them. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** From 0 up to 1. */
  random(): number;
  /** 32 hex digits that nobody else has. */
  token(): string;
  /** Resolves after this time, or as soon as the signal is aborted. Such a pause alone keeps no process alive if `idle`. */
  pause(ms: number, signal?: AbortSignal, idle?: boolean): Promise<void>;
  readonly process: ProcessIdentity;
  /** When a process of this machine started, in words that differ for each that has had its id; undefined where it is gone. */
  startOf(pid: number): string | undefined;
}

/** A process, as others tell whether it lives. */
export interface ProcessIdentity {
  /** For people. */
  readonly host: string;
  /** Equal only where process ids mean the same processes: one boot of one machine, and one container. */
  readonly machine: string;
  readonly pid: number;
  readonly start: string;
}

/** This process and the real time. */
export function realSurroundings(): Surroundings {
  let identity: ProcessIdentity | undefined;
  return Object.freeze({
    nowMs: () => Date.now(),
    random: () => Math.random(),
    token: () => randomBytes(16).toString('hex'),
    pause: async (ms: number, signal?: AbortSignal, idle = false) => {
      if (signal?.aborted === true) return;
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        if (idle) timer.unref();
        signal?.addEventListener('abort', end, { once: true });
      });
    },
    // Asked for late: a configuration is imported by many processes that own nothing.
    get process() {
      return (identity ??= Object.freeze({
        host: hostname(),
        machine: machineOf(),
        pid: process.pid,
        start: startOf(process.pid) ?? 'unknown',
      }));
    },
    startOf,
  });
}

/** When a process started, by the machine's own clock; undefined where there is none by this id, or it is dead already. */
export function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      // The name of the program stands in brackets and may hold anything, brackets too.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : `tick ${fields[19]}`;
    } catch {
      return undefined;
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return exists(pid) ? 'unknown' : undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Two containers may have one host name and count processes apart, and after a start of the machine ids begin anew. */
function machineOf(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${hostname()} ${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
