import { expect, test } from 'vitest';
import { projectForTest } from './project.ts';

const config = `
import { defineConfig, DaybookError } from '@daybook/core';
import { fileTargets } from '@daybook/target-file';
const clusters = {
  words: 'emr clusters',
  run: async () => ({
    headline: '1 cluster is alive.', columns: [{ title: 'cluster' }], rows: [['j-1']], notes: ['Costs are estimates.'],
    document: { clusters: ['j-1'] },
  }),
};
const reap = {
  words: 'emr reap',
  run: async (options) => {
    if (options.delete) throw new DaybookError('target-failed', 'EMR does not answer. Run again.');
    return { headline: 'Nothing to reap.', columns: [], rows: [], notes: [], document: {} };
  },
};
const runner = { name: 'big', kinds: ['sql'], async *run() {}, commands: [clusters, reap] };
export default defineConfig({ targets: fileTargets({ root: 'data' }), runners: [runner], tasks: [] });
`;

test('a command that a runner offers is run, and shown as text or as one document', async () => {
  const { daybook, write } = projectForTest();
  write('daybook.config.ts', config);
  const text = '1 cluster is alive.\n\n  cluster\n  j-1\n\nCosts are estimates.\n';
  expect(await daybook('emr', 'clusters')).toEqual({ code: 0, out: text, err: '' });
  const document = (await daybook('emr', 'clusters', '--json')).out;
  expect(JSON.parse(document)).toEqual({ outcome: 'ok', runners: { big: { clusters: ['j-1'] } } });
});

test('it is told whether to delete, and its errors are those of the command', async () => {
  const { daybook, write } = projectForTest();
  write('daybook.config.ts', config);
  expect(await daybook('emr', 'reap')).toMatchObject({ code: 0, out: 'Nothing to reap.\n' });
  const failed = await daybook('emr', 'reap', '--delete');
  expect(failed).toMatchObject({ code: 3, out: '' });
  expect(failed.err).toContain('EMR does not answer. Run again. [target-failed]');
});

test('without a word, or with another, it says which there are; without such a runner, what to add', async () => {
  const { daybook, write } = projectForTest();
  const none = await daybook('emr', 'clusters');
  expect(none).toMatchObject({ code: 2, out: '' });
  expect(none.err).toContain('No runner of the configuration offers daybook emr');
  write('daybook.config.ts', config);
  for (const words of [['emr'], ['emr', 'cluster']]) {
    const wrong = await daybook(...words);
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(wrong.err).toContain('Say what of emr: daybook emr clusters, daybook emr reap.');
  }
});
