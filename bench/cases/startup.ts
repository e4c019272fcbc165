import { openProject } from '../project.ts';
import type { Case } from '../result.ts';
import { medianWallMs, seconds } from '../result.ts';

/** What a person waits for before anything happens. */
export const startupCase: Case = {
  name: 'startup',
  async run() {
    const project = openProject('export default undefined;');
    try {
      const wallMs = await medianWallMs(7, () => project.daybook('--help'));
      return [
        {
          what: '`daybook --help`',
          figure: seconds(wallMs),
          bar: 'under 0.3 s',
          holds: wallMs < 300,
        },
      ];
    } finally {
      project.remove();
    }
  },
};
