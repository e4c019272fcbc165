import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, test } from 'vitest';

const canMount = tried();

/**
 * A test on a real file system of a certain size, which takes the right to mount one. Where that is missing it is skipped
 * with a loud line, and with `CI=true` it fails.
 */
export const onSmallDisk: (name: string, act: () => Promise<void>) => void =
  canMount || process.env['CI'] === 'true' ? test : test.skip;

if (!canMount)
  process.stderr.write(
    '\n!!! SKIPPED: EVERY TEST ON A FULL OR READ-ONLY DISK. To run them: as root, where mount works\n\n',
  );

export interface SmallDisk {
  readonly path: string;
  remount(options: string): void;
}

/** Mounts an empty file system in memory, and takes it away after the test. */
export function smallDisk(size: string): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'daybook-disk-'));
  mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path);
  onTestFinished(() => {
    // Lazily, for SQLite may still hold a file of a server that was refused.
    spawnSync('umount', ['-l', path]);
    rmSync(path, { recursive: true, force: true });
  });
  return { path, remount: (options) => mount('-o', `remount,${options}`, path) };
}

function mount(...words: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount ${words.join(' ')}: ${stderr}`);
}

function tried(): boolean {
  const path = mkdtempSync(join(tmpdir(), 'daybook-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]).status === 0;
  if (mounted) spawnSync('umount', [path]);
  rmSync(path, { recursive: true, force: true });
  return mounted;
}
