import type { JobHost, LocalJob, LocalResult } from './local-job.ts';

/** What a parent tells its child. */
export type ToChild =
  | { readonly kind: 'run'; readonly job: LocalJob }
  | { readonly kind: 'granted'; readonly bytes: number };

/** What a child tells its parent. */
export type FromChild =
  | { readonly kind: 'progress'; readonly step: Parameters<JobHost['progress']>[0] }
  | { readonly kind: 'memory'; readonly bytes: number }
  | { readonly kind: 'result'; readonly result: LocalResult; readonly rssBytes: number };
