import type { Day, Param, ParamValue, TaskDefinition, TaskToCheck, Values } from '@daybook/core';
import { addDays, monthOf } from '@daybook/core';

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

/** Samples of some definitions and of all that they are made from, each once, those without a job left out. */
export function samplesToCheck(definitions: Iterable<TaskDefinition>, today: Day): readonly TaskToCheck[] {
  const samples = new Map<TaskDefinition, TaskToCheck>();
  const open = [...definitions];
  for (let definition = open.shift(); definition !== undefined; definition = open.shift()) {
    if (samples.has(definition)) continue;
    const values = sampleValues(definition, today);
    const inputs = definition.inputsOf(values);
    samples.set(definition, { definition, values, inputs });
    open.push(...Object.values(inputs).map((input) => input.definition));
  }
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
