import type { Day, Param, ParamValue, TaskDefinition, TaskToCheck, Values } from '@daybook/core';
import { addDays, monthOf, tasksOf } from '@daybook/core';

/** How many years after today a sample is looked for, where books begin in the future. */
const mostYears = 50;

/**
 * Parameters that a task of this definition may have. The names of its inputs and the shape of its statements do not depend
 * on them.
 */
export function sampleValues(definition: TaskDefinition, today: Day): Values {
  const required = Object.entries(definition.params).filter(([, param]) => param.required);
  return Object.fromEntries(
    required.map(([name, param]) => {
      const byDefault = param.byDefault?.(today);
      return [
        name,
        byDefault !== undefined && accepts(param, byDefault) ? byDefault : sampleOf(param, today),
      ];
    }),
  );
}

/** A definition with parameters that are a sample. */
export function sampleTask(
  definition: TaskDefinition,
  today: Day,
): Pick<TaskToCheck, 'definition' | 'values'> {
  return { definition, values: sampleValues(definition, today) };
}

/**
 * Some tasks and all that they are made from, one of each definition, those without a job left out. Real tasks are taken
 * where there are any, so that nothing is asked of the functions of a configuration that a run would not ask. With `today`
 * what stands behind empty lists only is sampled, and left out where its parameters cannot be guessed.
 */
export function samplesToCheck(
  roots: Iterable<Pick<TaskToCheck, 'definition' | 'values'>>,
  today?: Day,
): readonly TaskToCheck[] {
  const samples = new Map<TaskDefinition, TaskToCheck>();
  const behindEmpty = new Set<TaskDefinition>();
  const visit = (open: Pick<TaskToCheck, 'definition' | 'values'>[]): void => {
    for (let task = open.shift(); task !== undefined; task = open.shift()) {
      if (samples.has(task.definition)) continue;
      const inputs = task.definition.inputsOf(task.values);
      samples.set(task.definition, { ...task, inputs });
      for (const input of Object.values(inputs)) {
        const [member] = tasksOf(input);
        if (member === undefined) behindEmpty.add(input.definition);
        else open.push(member);
      }
    }
  };
  visit([...roots]);
  if (today === undefined) return withJobs(samples);
  for (const definition of behindEmpty) {
    try {
      visit([sampleTask(definition, today)]);
    } catch {
      // Nobody asked for a task of it.
    }
  }
  return withJobs(samples);
}

function withJobs(samples: ReadonlyMap<TaskDefinition, TaskToCheck>): readonly TaskToCheck[] {
  return [...samples.values()].filter((sample) => sample.definition.job !== undefined);
}

function sampleOf(param: Param, today: Day): ParamValue {
  const yesterday = addDays(today, -1);
  switch (param.kind) {
    case 'day':
      return firstAccepted(param, yesterday, (day) => day);
    case 'month':
      return firstAccepted(param, yesterday, monthOf);
    case 'integer':
      return 1;
    case 'boolean':
      return true;
    case 'choice':
      return param.shape.split('|')[0] ?? '';
    case 'text':
      return 'sample';
  }
}

function firstAccepted(param: Param, from: Day, valueOf: (day: Day) => string): string {
  const days = Array.from({ length: mostYears }, (_, years) => addDays(from, years * 366));
  return valueOf(days.find((day) => accepts(param, valueOf(day))) ?? from);
}

function accepts(param: Param, value: ParamValue): boolean {
  return param.parse(String(value)).ok;
}
