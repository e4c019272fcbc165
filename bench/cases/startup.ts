import { openProject } from '../project.ts';
import type { Case } from '../result.ts';
import { median, seconds } from '../result.ts';

/** What a person waits for before anything happens. */
export const startupCase: Case = {
  name: 'startup',
  async run() {
    const project = openProject('export default undefined;');
    try {
      const times: number[] = [];
      for (let run = 0; run < 7; run += 1) times.push((await project.daybook('--help')).wallMs);
      return [
        {
          what: '`daybook --help`',
          figure: seconds(median(times)),
          bar: 'under 0.3 s',
          holds: median(times) < 300,
        },
      ];
    } finally {
      project.remove();
    }
  },
};
