/** A point of a run at which its process group is killed: at the `count`th such act of one process, before or after it. */
export interface Death {
  readonly act: (typeof acts)[number];
  readonly when: (typeof moments)[number];
  readonly count: number;
  /** How long after the act has begun `within` is. */
  readonly withinMs: number;
}

/** Everything that writes: files of a stage, their sync, the manifest and the link that makes it seen, a line of the journal. */
export const acts = ['write', 'sync', 'create', 'link', 'journal'] as const;

export const moments = ['before', 'within', 'after'] as const;

/** The file beside the configuration that says when to die; it is removed at that moment, so that the next run lives. */
export const deathFile = 'death.json';
