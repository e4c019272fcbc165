import {
  checkTasks,
  DaybookError,
  definitionOf,
  errorExitCodes,
  splitTaskId,
  statementChecker,
  unknownToConfig,
  withRunners,
} from '@daybook/core';
import { plannedSchedules } from '../planned-schedules.ts';
import { checkDocument, checkText } from '../render/check.ts';
import { sampleTask, samplesToCheck } from '../sample-values.ts';
import type { Workplace } from '../workplace.ts';

/** `daybook check`: reads the schedules, and parses and binds every statement of the tasks named, or of all. Runs nothing. */
export async function checkCommand(workplace: Workplace): Promise<number> {
  const { config, invocation, out, outPaint, today } = workplace;
  const [flag] = Object.keys(invocation.flags);
  if (flag !== undefined)
    throw new DaybookError(
      'usage',
      `daybook check is about tasks of every day, and is given --${flag}: leave it out.`,
    );
  await plannedSchedules(config, today);
  if (statementChecker(config) === undefined)
    throw new DaybookError(
      'runner-missing',
      'No runner of the configuration can check statements: add one that can, such as localRunner().',
    );
  const named = invocation.tasks.map((task) => definitionOf(config, splitTaskId(task).name));
  const definitions = named.length === 0 ? [...config.definitions.values()] : named;
  const roots = definitions.map((definition) => sampleTask(definition, today));
  const samples = samplesToCheck(roots, today);
  for (const { definition } of samples) config.runnerOf(definition);
  const checked = await withRunners(config.runners, async () => await checkTasks(config, samples));
  const unknown = samples.flatMap((sample) => unknownToConfig(config, sample));
  const outcome = { ...checked, refusals: [...unknown, ...checked.refusals] };
  await out.write(
    workplace.json
      ? `${JSON.stringify(checkDocument(outcome))}\n`
      : checkText(outcome, Math.min(out.width, 110), outPaint),
  );
  return outcome.refusals.length === 0 ? 0 : errorExitCodes['sql-refused'];
}
