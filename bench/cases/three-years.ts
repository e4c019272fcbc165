import { accountsOf, openProject } from '../project.ts';
import { publishEverything } from '../publish-everything.ts';
import type { Case } from '../result.ts';
import { medianWallMs, seconds } from '../result.ts';

const [first, last, today] = ['2018-01-01', '2020-12-31', '2021-02-01'] as const;

/** A plan over three years of days that are all fresh: listing and reading every manifest, and deciding over 10,000 tasks. */
export const threeYearsCase: Case = {
  name: 'three-years',
  async run() {
    const project = openProject(accountsOf('nowhere', first));
    try {
      const tasks = await publishEverything(project.folder, 'accounting', { through: last }, today);
      const wallMs = await medianWallMs(5, () =>
        project.daybook('plan', 'accounting', '--through', last, '--today', today, '--exit-code'),
      );
      return [
        {
          what: `\`plan\` over three fresh years of days, ${tasks.toLocaleString('en')} tasks`,
          figure: seconds(wallMs),
          bar: 'under 2 s',
          holds: wallMs < 2000,
        },
      ];
    } finally {
      project.remove();
    }
  },
};
