import type { FaultProxy, Faults } from '../../../../packages/target-s3/test/fault-proxy.ts';
import { faultProxy } from '../../../../packages/target-s3/test/fault-proxy.ts';
import type { ProcessGroup } from '../process-group.ts';
import type { Kill } from './death-case.ts';

/** A proxy before EMR that counts the calls of one run, and kills it at one of them. */
export interface DeadlyProxy {
  readonly endpoint: string;
  /** The operations that were called, in order. */
  operations(): readonly string[];
  close(): Promise<void>;
}

/** `victim` is asked for at the moment of the kill. */
export async function deadlyProxy(
  endpoint: string,
  kill: Kill | undefined,
  victim: () => ProcessGroup,
): Promise<DeadlyProxy> {
  let calls = 0;
  const die = async (): Promise<void> => {
    victim().kill();
    await victim().ended;
  };
  const faults: Faults = async ({ headers }) => {
    if (kill?.kind !== 'call' || operationOf(headers) !== kill.operation) return undefined;
    calls += 1;
    if (calls !== kill.nth) return undefined;
    if (kill.when === 'after') return { kind: 'lose-answer', answered: die };
    await die();
    return { kind: 'reset' };
  };
  const proxy: FaultProxy = await faultProxy(endpoint, faults);
  return {
    endpoint: proxy.endpoint,
    operations: () => proxy.seen.map(({ headers }) => operationOf(headers)),
    close: async () => await proxy.close(),
  };
}

/** The protocol has the name in a header: `ElasticMapReduce.RunJobFlow`. */
function operationOf(headers: Readonly<Record<string, string | undefined>>): string {
  return (headers['x-amz-target'] ?? '').replace(/^.*\./, '');
}
