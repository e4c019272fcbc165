/** The thread that waits for the disk, so that the server need not. It runs one call after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { reportOf } from '@daybook/core';
import { mayPass } from './failures.ts';
import type { Call, Called } from './calls.ts';
import type { Store } from './store.ts';
import { openStore } from './store.ts';

const { folder } = workerData as { readonly folder: string };
let store: Store | undefined;

parentPort?.on('message', ({ id, call }: { readonly id: number; readonly call: Call }) => {
  parentPort?.postMessage({ id, called: answer(call) }, []);
});

function answer(call: Call): Called {
  try {
    return { kind: 'done', value: carryOut(call) };
  } catch (error) {
    return { kind: 'failed', error: reportOf(error), mayPass: mayPass(error) };
  }
}

function carryOut(call: Call): unknown {
  if (call.kind === 'open') {
    store = openStore(folder);
    return store.load();
  }
  if (store === undefined) return undefined;
  switch (call.kind) {
    case 'append':
      return store.append(call.batch);
    case 'snapshot':
      return store.snapshot(call.seq, call.atMs, call.state);
    case 'prune':
      return store.prune(call.beforeMs);
    case 'attempts':
      return store.attempts(call.asked);
    case 'ended-run':
      return store.endedRun(call.run);
    case 'ended-runs':
      return store.endedRuns(call.limit);
    case 'reopen':
      return store.reopen();
    case 'close':
      store.close();
      store = undefined;
      return undefined;
  }
}
