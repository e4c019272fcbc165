import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaybookError } from '@daybook/core';
import { expect, onTestFinished, test } from 'vitest';
import { createToken, startScheduler } from '../src/index.ts';
import { attemptId, nextOf, reportOf, submitOf } from './requests.ts';
import { emptyFolder, running } from './running.ts';
import { onSmallDisk, smallDisk } from './small-disk.ts';

onSmallDisk(
  'on a full disk nothing is answered that was not kept, and it goes on when there is room',
  async () => {
    const disk = smallDisk('16m');
    const state = join(disk.path, 'state');
    let nowMs = 1_000_000;
    const server = await running({ state, nowMs: () => nowMs });
    await server.post(submitOf('r', 400));
    const ballast = join(disk.path, 'ballast');
    writeFileSync(ballast, Buffer.alloc(14 * 1024 ** 2));
    const answered: string[] = [];
    let unkept: readonly string[] = [];
    let refused: Awaited<ReturnType<typeof server.post>> | undefined;
    for (let number = 1; refused === undefined && number <= 400; number += 1) {
      const asked = await server.post(nextOf('w', attemptId(number)), 'worker');
      if (asked.status !== 200) refused = asked;
      else {
        const end = { kind: 'crashed', error: { code: 'job-crashed', message: 'x'.repeat(20_000) } };
        const told = await server.post(reportOf('w', attemptId(number), end), 'worker');
        if (told.status === 200) answered.push(attemptId(number));
        else [refused, unkept] = [told, [attemptId(number)]];
      }
    }
    expect(answered.length).toBeGreaterThan(5);
    expect(refused).toMatchObject({
      status: 503,
      body: { type: '/problems/state-unwritable', detail: expect.stringContaining('write-failed') as string },
    });
    expect(JSON.stringify(refused)).not.toContain(state);
    expect((await server.fetch('/healthz')).status).toBe(200);
    expect(await (await server.fetch('/readyz')).json()).toMatchObject({ ok: false });
    expect(await (await server.fetch('/metrics')).text()).toContain('daybook_journal_works 0');
    expect((await server.fetch('/v1/runs')).status).toBe(503);
    expect(server.lines.join('')).toMatch(/journal-failed/);
    expect(server.lines.join('')).toMatch(/the disk is full.*Make room/);
    // Still full: it is tried again and refused again.
    nowMs += 2000;
    expect((await server.post(nextOf('w', attemptId(900)), 'worker')).status).toBe(503);
    rmSync(ballast);
    expect((await server.post(nextOf('w', attemptId(900)), 'worker')).status).toBe(503);
    nowMs += 2000;
    const last = await server.post(nextOf('w', attemptId(900)), 'worker');
    expect(last.status, server.lines.slice(-3).join('')).toBe(200);
    expect((await server.fetch('/readyz')).status).toBe(200);
    // What was refused has not happened: the attempt goes on, if it was its report.
    const beat = await server.post({ kind: 'beat', worker: 'w', attempts: unkept }, 'worker');
    expect(beat.body['lost']).toEqual([]);
    await server.stop();
    const again = await running({ state, nowMs: () => nowMs });
    const { attempts } = (await (await again.fetch('/v1/attempts?limit=1000')).json()) as {
      readonly attempts: readonly { readonly attempt: string; readonly outcome: string }[];
    };
    const ended = attempts.filter(({ outcome }) => outcome === 'crashed').map(({ attempt }) => attempt);
    expect(answered.filter((each) => !ended.includes(each))).toEqual([]);
  },
);

onSmallDisk('a folder that is read-only is refused at the start', async () => {
  const disk = smallDisk('8m');
  const state = join(disk.path, 'state');
  createToken(state, 'operator');
  disk.remount('ro');
  expect(await failureOf(startScheduler({ state, port: 0, log: { level: 'silent' } }))).toMatch(
    /^write-failed: .*cannot be written/,
  );
  expect(() => createToken(state, 'operator')).toThrow(/No token can be stored/);
});

test('a server whose journal cannot be read back is refused, and leaves no lock', async () => {
  const state = emptyFolder();
  writeFileSync(join(state, 'journal.sqlite'), 'no database '.repeat(1000));
  for (let round = 0; round < 2; round += 1)
    expect(await failureOf(startScheduler({ state, port: 0, log: { level: 'silent' } }))).toMatch(
      /^state-damaged/,
    );
});

test('two servers on one folder: the second is refused and the first goes on', async () => {
  const server = await running();
  expect(await failureOf(startScheduler({ state: server.state, port: 0, log: { level: 'silent' } }))).toMatch(
    /^state-in-use/,
  );
  expect((await server.post(submitOf('r', 1))).status).toBe(200);
});

test('a server that cannot listen gives the folder back', async () => {
  const server = await running();
  const state = emptyFolder();
  const options = { state, port: server.port, log: { level: 'silent' } } as const;
  expect(await failureOf(startScheduler(options))).toMatch(/^usage: .*EADDRINUSE/);
  const second = await startScheduler({ ...options, port: 0 });
  onTestFinished(() => second.stop());
  expect(second.port).toBeGreaterThan(0);
});

test('the journal is cut behind its snapshots, and the file does not grow with what is answered', async () => {
  const server = await running({ snapshotBytes: 20_000, leaseMs: 1000 });
  await server.post(submitOf('r', 5));
  for (let number = 0; number < 2000; number += 1)
    await server.board.port({ kind: 'beat', worker: 'w', attempts: [attemptId(number)] });
  await server.stop();
  const again = await running({ state: server.state });
  const starts = again.lines.filter((line) => line.includes('"event":"played-back"'));
  const played = (JSON.parse(starts[0] ?? '{}') as { readonly entries?: number }).entries;
  expect(played).toBe(0);
  expect(readdirSync(server.state)).toContain('journal.sqlite');
});

async function failureOf(starting: Promise<unknown>): Promise<string> {
  try {
    await starting;
    return 'it started';
  } catch (error) {
    return error instanceof DaybookError ? `${error.code}: ${error.message}` : String(error);
  }
}
