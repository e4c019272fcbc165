import { seededRandom } from '@daybook/core/testing';
import { twoAtOnce } from './at-once.ts';
import { faultCases, killCases, type Undisturbed } from './cases.ts';
import type { DeathCase } from './death-case.ts';
import { caseText } from './death-case.ts';
import type { Deaths } from './deaths.ts';
import { interrupted } from './interrupted.ts';
import type { CaseOutcome } from './outcome-of-case.ts';
import { outcomeOfCase } from './outcome-of-case.ts';

/** One case of the long suite, as it is played and counted. */
export interface Trial {
  readonly group: string;
  readonly text: string;
  play(deaths: Deaths, name: string): Promise<CaseOutcome>;
}

/** So many kills, two of them with a program among the tasks, each fault with and without a kill, and what stands alone. */
export function trials(points: number, inPeace: Undisturbed, seed: number): readonly Trial[] {
  const random = seededRandom(seed);
  const programs: readonly DeathCase[] = [3, 4].map((nth, index) => ({
    group: 'killed at a step of a Spark program',
    kill: { kind: 'call', operation: 'AddJobFlowSteps', nth, when: 'after' },
    next: index === 0 ? 'run' : 'reap',
    program: true,
  }));
  const cases = [...killCases(points, inPeace, random), ...programs, ...faultCases(inPeace, random)];
  return [
    ...cases.map((each): Trial => ({
      group: each.group,
      text: caseText(each),
      play: async (deaths, name) => await outcomeOfCase(deaths, name, each),
    })),
    { group: 'Ctrl-C', text: 'Ctrl-C in the middle of a step', play: interrupted },
    ...[false, true].map((killsOne): Trial => ({
      group: 'two at once',
      text: killsOne ? 'two at once, one of them killed' : 'two at once',
      play: async (deaths, name) => await twoAtOnce(deaths, name, killsOne),
    })),
  ];
}
