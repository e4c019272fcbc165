import type { ErrorReport } from '@daybook/core';
import type { AttemptsAsked } from './history.ts';
import type { Batch } from './store.ts';

/** What the thread of the store is asked to do. */
export type Call =
  | { readonly kind: 'open' | 'reopen' | 'close' }
  | { readonly kind: 'append'; readonly batch: Batch }
  | { readonly kind: 'snapshot'; readonly seq: number; readonly atMs: number; readonly state: string }
  | { readonly kind: 'prune'; readonly beforeMs: number }
  | { readonly kind: 'attempts'; readonly asked: AttemptsAsked }
  | { readonly kind: 'ended-run'; readonly run: string }
  | { readonly kind: 'ended-runs'; readonly limit: number };

export type Called =
  | { readonly kind: 'done'; readonly value: unknown }
  /** `mayPass`: nothing was written, and it may be tried again. */
  | { readonly kind: 'failed'; readonly error: ErrorReport; readonly mayPass: boolean };
