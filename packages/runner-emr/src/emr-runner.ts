import { randomBytes } from 'node:crypto';
import type { Outcome, Runner } from '@daybook/core';
import { checkedEmrOptions } from './check-options.ts';
import { openEmr } from './cluster/emr.ts';
import { stepService } from './cluster/step-service.ts';
import { clusterCommands } from './commands.ts';
import { emrDoctor } from './doctor.ts';
import { openDocuments } from './documents/open-documents.ts';
import type { EmrRunnerOptions } from './options.ts';
import { outcomeQueue } from './outcome-queue.ts';
import { submit } from './submission/submit.ts';
import { uploads } from './submission/uploads.ts';

/**
 * Runs SQL jobs, and Spark programs of the user's own, as steps of a cluster of Amazon EMR that it starts when there is work and
 * ends when there is none left.
 * @example
 * emrRunner({
 *   scratch: 's3://books/scratch',
 *   cluster: { subnets: ['subnet-1234567890abcdef0'], logUri: 's3://books/logs/' },
 * })
 */
export function emrRunner(given: EmrRunnerOptions): Runner {
  const options = checkedEmrOptions(given);
  const emr = openEmr(options);
  const documents = openDocuments(options);
  const steps = stepService({ options, emr, documents });
  const by = {
    options,
    documents,
    uploads: uploads(documents, options.scratch),
    steps,
    newToken: () => randomBytes(16).toString('hex'),
  };
  const runner: Runner = {
    name: options.name,
    kinds: ['sql', 'spark'],
    batchMax: options.batchMax,
    batchWaitMs: options.batchWaitMs,
    async *run(batch, context) {
      const outcomes = outcomeQueue<Outcome>();
      void submit(batch, context, by, outcomes.add).then(outcomes.end, outcomes.fail);
      yield* outcomes;
    },
    release: async () => await steps.release(),
    close: async () => await steps.close(),
    watch: steps.watch,
    doctor: async () => await emrDoctor(options, { documents, steps }),
    commands: clusterCommands(steps),
  };
  return Object.freeze(runner);
}
