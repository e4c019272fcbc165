import type { Emulator } from '../emulator.ts';
import { EmrLocalError, said } from '../errors.ts';
import { checkedFault, lossOf, type Fault, type Faults } from '../faults.ts';
import { controlAnswer, type Answer } from './answer.ts';
import { stateOf } from './state.ts';

/** What the control endpoints act on. */
export interface Controlled {
  readonly emulator: Emulator;
  readonly faults: Faults;
  /** How many requests came for each operation, faults and refusals included. */
  readonly calls: ReadonlyMap<string, number>;
}

/** Answers `/_control/*`. `body` is the request's JSON. Throws `bad-option`. */
export function answerControl({ emulator, faults, calls }: Controlled, route: string, body: unknown): Answer {
  switch (route) {
    case 'GET /_control/state':
      return controlAnswer(200, stateOf(emulator, faults, calls));
    case 'POST /_control/clock':
      emulator.advance(secondsIn(emulator, body) * 1_000);
      return controlAnswer(200, { now: new Date(emulator.clock.nowMs()).toISOString() });
    case 'POST /_control/faults':
      askForFault(emulator, faults, checkedFault(body));
      return controlAnswer(200, { faults: faults.pending() });
    case 'DELETE /_control/faults':
      faults.clear();
      return controlAnswer(200, { faults: [] });
    default:
      return controlAnswer(404, { error: `There is no ${route}: there are ${routes.join(', ')}.` });
  }
}

const routes = [
  'GET /_control/state',
  'POST /_control/clock',
  'POST /_control/faults',
  'DELETE /_control/faults',
];

/** A loss in a cluster that is named comes by time, not with a request. Throws `bad-option` where it can take nothing. */
export function askForFault(emulator: Emulator, faults: Faults, fault: Fault): void {
  if (fault.cluster === undefined) {
    faults.add(fault);
    return;
  }
  if (fault.kind !== 'spot-loss' && fault.kind !== 'master-loss') {
    throw new EmrLocalError('bad-option', `cluster is for spot-loss and master-loss, not for ${fault.kind}.`);
  }
  const spot = emulator
    .clusters()
    .find(({ id }) => id === fault.cluster)
    ?.groups.some(({ instances }) => instances.some(({ market }) => market === 'SPOT'));
  if (fault.kind === 'spot-loss' && spot === false) {
    throw new EmrLocalError(
      'bad-option',
      `Cluster ${fault.cluster} has no spot instances that it could lose.`,
    );
  }
  if (!emulator.lose(fault.cluster, lossOf(fault), (fault.afterSeconds ?? 0) * 1_000)) {
    throw new EmrLocalError('bad-option', `There is no cluster ${fault.cluster} that could lose instances.`);
  }
}

function secondsIn({ clock }: Emulator, body: unknown): number {
  if (clock.kind === 'real') {
    throw new EmrLocalError('bad-option', 'The clock is the real one: start emr-local with --clock virtual.');
  }
  const seconds = (body as Readonly<Record<string, unknown>> | null)?.['advanceSeconds'];
  if (typeof seconds === 'number' && seconds >= 0 && seconds <= 31_536_000) return seconds;
  throw new EmrLocalError(
    'bad-option',
    `advanceSeconds is a number from 0 to 31536000, not ${said(seconds)}.`,
  );
}
