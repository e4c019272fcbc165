import type { TaskDefinition, Values } from '@daybook/core';
import { checkConfig, checkTasks, refusalText } from '@daybook/core';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';
import { expect, test } from 'vitest';
import { accounting, fileExchange } from '../src/index.ts';

const sample: Values = { date: '2018-07-24', month: '2018-07', through: '2018-08-03' };

function sampled(definition: TaskDefinition) {
  const values = Object.fromEntries(Object.keys(definition.params).map((name) => [name, sample[name] ?? '']));
  return { definition, values, inputs: definition.inputsOf(values) };
}

test.each([
  { houseAccounts: [1], internalAccounts: [] },
  { houseAccounts: [], internalAccounts: [2n, 3n] },
])('every statement of the accounting tasks is in the common subset, with accounts %o', async (accounts) => {
  const runner = localRunner();
  const config = checkConfig(
    {
      targets: fileTargets({ root: 'data' }),
      runners: [runner],
      tasks: accounting({
        ...accounts,
        exchange: fileExchange({ folder: 'exchange' }),
        ledgerStart: '2018-07-01',
        openingBalances: 'opening.csv',
      }),
    },
    'the test',
  );
  try {
    const { refusals, statements } = await checkTasks(config, [...config.definitions.values()].map(sampled));
    expect(refusals.map(refusalText)).toEqual([]);
    expect(statements).toBeGreaterThan(60);
  } finally {
    await runner.close?.();
  }
});
