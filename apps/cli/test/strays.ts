import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** How long what was killed may take to be gone. */
const graceMs = 5_000;

/** The processes of this machine that work in a folder or were told of it, a line each, once those that are ending have. Seen on Linux alone. */
export async function straysOf(folder: string): Promise<readonly string[]> {
  const untilMs = Date.now() + graceMs;
  for (;;) {
    const pids = existsSync('/proc/self/stat') ? readdirSync('/proc') : [];
    const strays = pids.flatMap((pid) => strayText(pid, folder));
    if (strays.length === 0 || Date.now() >= untilMs) return strays;
    await wait(50);
  }
}

/** Ends what `straysOf` finds. */
export async function endStrays(folder: string): Promise<void> {
  for (const stray of await straysOf(folder)) process.kill(Number.parseInt(stray, 10), 'SIGKILL');
}

function strayText(pid: string, folder: string): readonly string[] {
  if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    const there = readlinkSync(`/proc/${pid}/cwd`);
    const state = /State:\s+(.*)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
    return `${there}/`.startsWith(`${folder}/`) || words.includes(`${folder}/`)
      ? [`${pid} ${state} ${words}`]
      : [];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}
