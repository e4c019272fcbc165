import { memoryTargets, runnerLaws } from '@daybook/core/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { scriptRunner } from './script-runner.ts';

const noTables = 'it reads no tables and writes none';

runnerLaws(
  { afterAll, describe, expect, test },
  {
    kinds: ['code'],
    open: async () => {
      const target = memoryTargets();
      return {
        runner: scriptRunner(),
        target,
        files: async () => target.files(),
        close: async () => undefined,
      };
    },
    gaps: {
      'code: every type comes out as it went in, to the ends of its range': noTables,
      'code: a table without rows keeps its columns': noTables,
      'code: the parts of an input are one table': noTables,
      'code: a list is one table with the parameters of each member as columns': noTables,
      'code: a list of nothing is an empty table with its columns': noTables,
      'code: an output that is not what its task declares fails': noTables,
      'code: an input that is damaged fails its work alone': noTables,
      'code: controls that hold are told in their order, each with its figures': noTables,
      'code: a control that does not hold blocks, with figures and up to ten offenders': noTables,
      'code: an input is read as TSV in the order asked for, and batch by batch': noTables,
    },
  },
);
