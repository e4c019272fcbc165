import type { Fault } from '@daybook/emr-local';

/** When the process group of a run is killed: at the `nth` call of one operation of EMR, or after a time. */
export type Kill =
  | {
      readonly kind: 'call';
      readonly operation: string;
      /** From 1. */
      readonly nth: number;
      /** Before it is passed on, or when EMR has answered and the answer has not reached the run. */
      readonly when: 'before' | 'after';
    }
  | { readonly kind: 'time'; readonly afterMs: number };

/** One case: what befalls a run, and what is done then. */
export interface DeathCase {
  /** Under this it is counted in the table. */
  readonly group: string;
  readonly kill?: Kill;
  /** What EMR is asked for before the run begins. */
  readonly fault?: Fault;
  /** What follows a kill: another run, or `emr reap` and then another run. */
  readonly next: 'run' | 'reap';
  /** Whether a Spark program of the user's own is among the tasks. */
  readonly program?: boolean;
}

export function caseText({ kill, fault, next, program }: DeathCase): string {
  const words = [
    ...(fault === undefined ? [] : [faultText(fault)]),
    ...(kill === undefined ? ['left alive'] : [killText(kill), `then ${next}`]),
    ...(program === true ? ['with a program'] : []),
  ];
  return words.join(', ');
}

export function killText(kill: Kill): string {
  return kill.kind === 'time'
    ? `killed after ${kill.afterMs} ms`
    : `killed ${kill.when} ${kill.operation} ${kill.nth}`;
}

function faultText({ kind, operation, endsCluster }: Fault): string {
  const of = operation === undefined ? '' : ` of ${operation}`;
  return `${kind}${of}${endsCluster === true ? ' that ends the cluster' : ''}`;
}
