import type { ErrorReport } from '@daybook/core';
import type { JobHost, LocalJob, LocalResult } from './local-job.ts';

/** What a parent tells its child. */
export type ToChild =
  | { readonly kind: 'run'; readonly job: LocalJob }
  | { readonly kind: 'granted'; readonly bytes: number }
  | { readonly kind: 'brought'; readonly paths: readonly (readonly [string, string])[] }
  | { readonly kind: 'not-brought'; readonly error: ErrorReport };

/** What a child tells its parent. */
export type FromChild =
  | { readonly kind: 'progress'; readonly step: Parameters<JobHost['progress']>[0] }
  | { readonly kind: 'memory'; readonly bytes: number }
  /** Without names: all columns. */
  | { readonly kind: 'columns'; readonly names?: readonly string[] }
  | { readonly kind: 'result'; readonly result: LocalResult; readonly rssBytes: number };
