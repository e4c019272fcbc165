import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const starter = fileURLToPath(new URL('servers/starter.ts', import.meta.url));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a server of the tests does not outlive who started it, nor does its data, even when that is killed', async () => {
  const child = spawn(process.execPath, [starter], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { endpoint, pid, data } = JSON.parse(line.toString()) as {
    endpoint: string;
    pid: number;
    data: string;
  };
  expect((await fetch(endpoint)).status).toBe(200);
  expect([isAlive(pid), existsSync(data)]).toEqual([true, true]);
  child.kill('SIGKILL');
  await expect.poll(() => [isAlive(pid), existsSync(data)]).toEqual([false, false]);
  await expect(fetch(endpoint)).rejects.toThrow('fetch failed');
});
