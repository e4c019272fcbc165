import { openProject } from '../project.ts';
import type { Case } from '../result.ts';
import { seconds } from '../result.ts';

export const tinyTaskCount = 10_000;
/** A project of tasks that do next to nothing, under the wrapper `all --count N`. */
export const tinyTasks = `
import { defineConfig, defineTask, files, integer, listOf } from '@daybook/core';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';

const tiny = defineTask({
  name: 'tiny',
  params: { number: integer },
  output: files(),
  job: { kind: 'code', version: '1', run: async ({ values, writeFile }) => await writeFile('number.txt', values.number + '\\n') },
});
const all = defineTask({
  name: 'all',
  params: { count: integer },
  inputs: ({ count }) => ({ tiny: listOf(tiny, Array.from({ length: count }, (_, number) => ({ number }))) }),
});
export default defineConfig({
  targets: fileTargets({ root: new URL('./data', import.meta.url) }),
  runners: [localRunner()],
  tasks: [tiny, all],
});
`;

/** 10,000 tasks that do next to nothing: what a task costs by itself, publication on a real disk included. */
export const tinyTasksCase: Case = {
  name: 'tiny-tasks',
  async run() {
    const project = openProject(tinyTasks);
    try {
      const { wallMs } = await project.daybook(
        'run',
        'all',
        '--count',
        String(tinyTaskCount),
        '--workers',
        '4',
      );
      return [
        {
          what: '10,000 tiny code tasks run and published to a folder, 4 workers',
          figure: seconds(wallMs),
          bar: 'under 15 s',
          holds: wallMs < 15_000,
        },
      ];
    } finally {
      project.remove();
    }
  },
};
