/** A deliberate breakage of the real code: the one place in the sources that reads `from` becomes `to`. */
export interface Mutant {
  readonly name: string;
  /** What is broken by it. */
  readonly breaks: string;
  readonly from: string;
  readonly to: string;
}

/** Every mistake that the simulation must catch. */
export const mutants: readonly Mutant[] = [
  {
    name: 'inputs-before-base',
    breaks: 'The inputs are read before the version to go for is fixed, so that a version can go back.',
    from: `  const current = await context.store.current(task.id);
  const inputs = await pin(node, context.store);`,
    to: `  const inputs = await pin(node, context.store);
  const current = await context.store.current(task.id);`,
  },
  {
    name: 'inputs-not-compared',
    breaks: 'Inputs that were made from different versions of a third task are joined.',
    from: 'input.manifest.inputs.some((each) => pinned.has(each.task) &&',
    to: 'input.manifest.inputs.some((each) => each.task === input.task &&',
  },
  {
    name: 'versions-asked-once',
    breaks: 'What a plan saw is trusted, and a version is not asked for again.',
    from: `    async current(task) {
      const version = await target.currentVersion(task);`,
    to: `    async current(task) {
      const seen = Math.max(0, ...[...kept.values()].map(({ manifest }) => (manifest.task === task ? manifest.version : 0)));
      const version = seen > 0 ? seen : await target.currentVersion(task);`,
  },
  {
    name: 'published-as-the-newest',
    breaks:
      'An attempt goes for whatever version is free when it has ended, not for the one fixed at its start.',
    from: 'const published = await publish(context.target, manifest);',
    to: `const newest = await context.store.current(plan.node.task.id);
  const published = await publish(context.target, {
    ...manifest,
    version: (newest?.manifest.version ?? 0) + 1,
    previous: newest?.digest ?? null,
  });`,
  },
  {
    name: 'version-overwritten',
    breaks: 'A manifest is put in the place of one that is there.',
    from: "if (files.has(path)) return 'exists';",
    to: '',
  },
  {
    name: 'stage-shared',
    breaks: 'All attempts at one version write to one place.',
    from: 'attemptToken((current?.manifest.version ?? 0) + 1, plan.id)',
    to: "attemptToken((current?.manifest.version ?? 0) + 1, '0'.repeat(32))",
  },
  {
    name: 'own-version-not-recognised',
    breaks: 'A create whose answer was lost counts as somebody else’s when it is repeated.',
    from: "return own ? 'published' : 'superseded';",
    to: "return own ? 'superseded' : 'superseded';",
  },
  {
    name: 'old-fingerprint-on-new-parts',
    breaks: 'A version that came out otherwise keeps the fingerprint of the one before.',
    from: 'fingerprint: content.fingerprint,',
    to: 'fingerprint: (old ?? content).fingerprint,',
  },
  {
    name: 'old-parts-whatever-came-out',
    breaks: 'Every version names the parts of the one before.',
    from: 'made.fingerprint === old.fingerprint &&',
    to: '',
  },
  {
    name: 'superseded-counts-as-done',
    breaks: 'A task whose attempt was superseded is not decided again.',
    from: 'this.#decideAgain(entry, end.disagreeing);',
    to: "this.#end(entry, { kind: 'fresh' });",
  },
  {
    name: 'no-look-before-the-end',
    breaks: 'A run ends without looking at what was published meanwhile.',
    from: 'if (stale.length === 0) break;',
    to: 'if (stale.length >= 0) break;',
  },
  {
    name: 'disagreeing-not-reopened',
    breaks: 'An input that disagrees with another is not decided again, and its task asks for ever.',
    from: 'for (const id of disagreeing) {',
    to: 'for (const id of disagreeing.slice(disagreeing.length)) {',
  },
  {
    name: 'expired-lease-accepted',
    breaks: 'A report counts though the lease had run out.',
    from: '    this.#expireLeases();\n    switch',
    to: "    if (request.kind !== 'report') this.#expireLeases();\n    switch",
  },
  {
    name: 'lease-never-expires',
    breaks: 'The task of a dead worker is never given to another.',
    from: 'if (held.untilMs > this.#nowMs) return;',
    to: 'if (held.untilMs > 0) return;',
  },
  {
    name: 'beat-ignored',
    breaks: 'A lease runs out though its worker is alive.',
    from: 'held.untilMs = this.#nowMs + this.#leaseMs;',
    to: '',
  },
  {
    name: 'attempt-id-given-twice',
    breaks: 'An attempt that has ended can be given once more, when a request comes late.',
    from: 'if (this.#spent.has(id)) continue;',
    to: '',
  },
  {
    name: 'report-counted-twice',
    breaks: 'A doubled report ends the attempt a second time.',
    from: '    this.#leases.delete(held.lease.attempt);\n',
    to: '',
  },
  {
    name: 'resource-not-freed',
    breaks: 'What an attempt took is never given back.',
    from: 'this.#ready.free(entry);',
    to: '',
  },
  {
    name: 'resource-freed-twice',
    breaks: 'What an attempt took is given back twice, so that more is taken than there is.',
    from: 'this.#ready.free(entry);',
    to: 'this.#ready.free(entry), this.#ready.free(entry);',
  },
  {
    name: 'retry-never-due',
    breaks: 'A task that waits for its retry waits for ever.',
    from: 'if (entry.readyAtMs > this.#nowMs) continue;',
    to: 'if (entry.readyAtMs > 0) continue;',
  },
  {
    name: 'failure-does-not-spread',
    breaks: 'What lies below a failed task never ends.',
    from: 'else this.#spread(entry);',
    to: '',
  },
  {
    name: 'wish-never-fulfilled',
    breaks: 'A day that is due is fetched again and again in one run.',
    from: 'if (current.version > wish.seen) return undefined;',
    to: '',
  },
  {
    name: 'idle-worker-sleeps',
    breaks: 'A worker without work waits until it is woken, and nobody wakes it.',
    from: 'Math.min(options.beatMs, answer.againInMs ?? options.beatMs)',
    to: 'answer.againInMs ?? Number.MAX_SAFE_INTEGER',
  },
  {
    name: 'made-by-others-still-failed',
    breaks: 'A task that failed stays failed when it is submitted as fresh.',
    from: '} else if (!isComplete(known)) {',
    to: '} else if (submitted.after.length < 0) {',
  },
];
