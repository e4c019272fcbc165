import { invalid } from '../service-error.ts';
import type { Step } from '../service/records.ts';
import type { StepConfig } from '../service/requests.ts';
import { newId, type World } from '../service/world.ts';

/** The most steps of a request, and the most that a cluster may have pending and running. */
export const mostSteps = 256;

const mostArgumentCharacters = 10_240;

/** Throws `ValidationException` for steps that a cluster cannot take; `active` is how many it has. */
export function checkSteps(steps: readonly StepConfig[], stepConcurrency: number, active: number): void {
  if (steps.length + active > mostSteps) {
    throw invalid(
      "Maximum number of active steps(State = 'Running', 'Pending' or 'Cancel_Pending') for cluster exceeded.",
    );
  }
  for (const { Name, HadoopJarStep, ActionOnFailure = 'CONTINUE' } of steps) {
    const { Jar, MainClass = '', Args = [], Properties = [] } = HadoopJarStep;
    const words = [
      Jar,
      MainClass,
      ...Args,
      ...Properties.flatMap(({ Key = '', Value = '' }) => [Key, Value]),
    ];
    if (words.join('').length > mostArgumentCharacters) {
      throw invalid(
        `The string values passed into the HadoopJarStep of step "${Name}" cannot exceed a total of ${mostArgumentCharacters} characters.`,
      );
    }
    if (stepConcurrency > 1 && ActionOnFailure !== 'CONTINUE') {
      throw invalid(
        `ActionOnFailure ${ActionOnFailure} is not valid for a cluster with StepConcurrencyLevel greater than 1: use CONTINUE.`,
      );
    }
  }
}

/** A step as it is when it is accepted. */
export function newStep(
  world: World,
  config: StepConfig,
  stepConcurrency: number,
  executionRoleArn: string | undefined,
  nowMs: number,
): Step {
  return {
    id: newId(world, 's'),
    config,
    actionOnFailure: config.ActionOnFailure ?? (stepConcurrency > 1 ? 'CONTINUE' : 'TERMINATE_CLUSTER'),
    executionRoleArn,
    createdMs: nowMs,
    state: 'PENDING',
  };
}

/** How many steps run at once. Throws `ValidationException`. */
export function checkedConcurrency(level: number): number {
  if (level >= 1 && level <= 256) return level;
  throw invalid(`StepConcurrencyLevel must be between 1 and 256, not ${level}.`);
}
