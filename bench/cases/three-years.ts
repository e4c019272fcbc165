import { accountsOf, openProject } from '../project.ts';
import { publishEverything } from '../publish-everything.ts';
import type { Case } from '../result.ts';
import { median, seconds } from '../result.ts';

const [first, last, today] = ['2018-01-01', '2020-12-31', '2021-02-01'] as const;

/** A plan over three years of days that are all fresh: listing and reading every manifest, and deciding over 10,000 tasks. */
export const threeYearsCase: Case = {
  name: 'three-years',
  async run() {
    const project = openProject(accountsOf('nowhere', first));
    try {
      const tasks = await publishEverything(project.folder, 'accounting', { through: last }, today);
      const times: number[] = [];
      for (let run = 0; run < 5; run += 1) {
        const plan = await project.daybook(
          'plan',
          'accounting',
          '--through',
          last,
          '--today',
          today,
          '--exit-code',
        );
        times.push(plan.wallMs);
      }
      return [
        {
          what: `\`plan\` over three fresh years of days, ${tasks.toLocaleString('en')} tasks`,
          figure: seconds(median(times)),
          bar: 'under 2 s',
          holds: median(times) < 2000,
        },
      ];
    } finally {
      project.remove();
    }
  },
};
