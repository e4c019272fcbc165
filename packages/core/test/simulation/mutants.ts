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
    from: 'decideAgain(book, entry, end.disagreeing);',
    to: "endTask(book, entry, { kind: 'fresh' });",
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
    from: 'this.#letTimePass();\n    const response',
    to: "if (checked.kind !== 'report') this.#letTimePass();\n    const response",
  },
  {
    name: 'lease-never-expires',
    breaks: 'The task of a dead worker is never given to another.',
    from: 'if (held.untilMs > this.#book.nowMs) return;',
    to: 'if (held.untilMs > 0) return;',
  },
  {
    name: 'beat-ignored',
    breaks: 'A lease runs out though its worker is alive.',
    from: '      this.#leases.hold(held, this.#book.nowMs + this.#leaseMs);\n      if',
    to: '      if',
  },
  {
    name: 'attempt-id-given-twice',
    breaks: 'An attempt that has ended can be given once more, when a request comes late.',
    from: 'if (held === undefined && !this.#leases.isSpent(id)) return true;',
    to: 'if (held === undefined) return true;',
  },
  {
    name: 'report-counted-twice',
    breaks: 'A doubled report ends the attempt a second time.',
    from: 'this.#leases.end(held.lease.attempt, nowMs, worker === undefined ? undefined : { worker, ...retry });',
    to: 'if (worker === undefined) this.#leases.end(held.lease.attempt, nowMs);',
  },
  {
    name: 'resource-not-freed',
    breaks: 'What an attempt took is never given back.',
    from: 'book.ready.free(held.resources);',
    to: '',
  },
  {
    name: 'resource-freed-twice',
    breaks: 'What an attempt took is given back twice, so that more is taken than there is.',
    from: 'book.ready.free(held.resources);',
    to: 'book.ready.free(held.resources), book.ready.free(held.resources);',
  },
  {
    name: 'retry-never-due',
    breaks: 'A task that waits for its retry waits for ever.',
    from: 'return this.nextDueMs() > nowMs ? undefined : this.#queue.take()?.entry;',
    to: 'return this.nextDueMs() > 0 ? undefined : this.#queue.take()?.entry;',
  },
  {
    name: 'failure-does-not-spread',
    breaks: 'What lies below a failed task never ends.',
    from: 'else spread(book, entry);\n}',
    to: '}',
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
    from: 'Math.min(restMs, answer.againInMs ?? restMs)',
    to: 'answer.againInMs ?? Number.MAX_SAFE_INTEGER',
  },
  {
    name: 'made-by-others-still-failed',
    breaks: 'A task that failed stays failed when it is submitted as fresh.',
    from: '  if (!isComplete(entry)) {\n    // Somebody',
    to: '  if (!isComplete(entry)) return;\n  if (entry.attempts < 0) {\n    // Somebody',
  },
  {
    name: 'any-project-will-do',
    breaks: 'A worker is given tasks of another project than its own.',
    from: `    return known.runners.flatMap((runner) => this.#book.lanes.find(projectOf(known), runner) ?? []);`,
    to: `    return [...this.#book.lanes].filter(({ runner }) => known.runners.includes(runner));`,
  },
  {
    name: 'old-project-counts',
    breaks: 'What a worker of a project made counts though the task belongs to another by then.',
    from: 'if (entry.digest !== digest || entry.place === undefined) return true;',
    to: '',
  },
  {
    name: 'lost-worker-never-missed',
    breaks: 'A task for which there is no worker waits for ever, and its run with it.',
    from: 'if (lane.counts.ready > 0 && this.#endOfMs(lane) <= nowMs) this.#failReady(lane);',
    to: '',
  },
  {
    name: 'pause-of-one-name-ignored',
    breaks: 'Tasks of a paused name are begun.',
    from: 'return this.#all || this.#names.has(name);',
    to: 'return this.#all;',
  },
  {
    name: 'cancel-takes-from-others',
    breaks: 'To cancel a run cancels what another run wants too.',
    from: 'if (entry.runs.length > 1) book.keep(',
    to: 'if (entry.runs.length < 0) book.keep(',
  },
  {
    name: 'cancelled-run-goes-on',
    breaks: 'A run that was cancelled waits for what goes on for others.',
    from: 'if (entry.runs.length > 1) book.keep(run, entry, cancelledView(entry));',
    to: 'if (entry.runs.length > 1) continue;',
  },
  {
    name: 'ended-run-changes',
    breaks: 'What another run begins anew shows in runs that have ended.',
    from: 'const others = entry.runs.filter((run) => !but.includes(run));',
    to: 'const others = entry.runs.filter((run) => run.latest < 0 && !but.includes(run));',
  },
  {
    name: 'waiting-run-not-joined',
    breaks: 'A task is begun anew, and a run that waits for it does not know.',
    from: 'for (const run of below.runs) book.join(run, entry);',
    to: '',
  },
  {
    name: 'wanted-again-not-heard',
    breaks: 'A task whose attempt was cancelled and that is submitted again ends cancelled.',
    from: 'lease.cancelled = false;\n    lease.wanted = true;',
    to: 'lease.wanted = true;',
  },
  {
    name: 'batch-of-two-runs',
    breaks: 'Tasks of two runs go in one batch, with the day of one.',
    from: '({ entry }) => latestRun(entry) === run);',
    to: '() => run !== undefined);',
  },
  {
    name: 'retries-not-kept',
    breaks: 'A scheduler made from a state forgets how often a task was tried again.',
    from: 'retries: new Map(Object.entries(saved.retries) as [RetryClass, number][]),',
    to: '',
  },
  {
    name: 'resources-not-kept',
    breaks: 'A scheduler made from a state forgets what the attempts that go on have taken.',
    from: '    book.ready.hold(each.resources);\n',
    to: '',
  },
  {
    name: 'runner-cap-ignored',
    breaks: 'More workers have work for a runner than the resource of its name lets.',
    from: 'return holders.has(worker) || holders.size < cap;',
    to: 'return holders.size < Infinity;',
  },
  {
    name: 'worker-gives-up-asking',
    breaks: 'A worker that gets no answer to its beats sends no more.',
    from: 'nextBeat(Math.min(beatMs, askAgainMs(tries, random)));',
    to: 'stopTimer();',
  },
  {
    name: 'drained-worker-stays',
    breaks: 'A worker that was told to go takes more.',
    from: 'drain === undefined ? [] : [drain]',
    to: 'drain === undefined ? [] : []',
  },
  {
    name: 'drained-worker-begins-more',
    breaks: 'A worker that was told to go begins what the answer to an earlier question brings.',
    from: 'if (leaves() || signal.aborted) each.abort.abort();',
    to: '',
  },
  {
    name: 'stopped-worker-ends-the-task',
    breaks: 'What a worker stopped that was told to go is not tried elsewhere.',
    from: "if (end.kind === 'cancelled') return 'given-back';",
    to: '',
  },
  {
    name: 'given-back-task-waits',
    breaks: 'What a worker gives back is begun again only after a while.',
    from: "if (entry.missing > 0 || kind === 'given-back') {",
    to: 'if (entry.missing > 0) {',
  },
  {
    name: 'run-ends-too-soon',
    breaks: 'A run ends while something in it is backing off.',
    from: "if (entry.state !== 'ended') run.unended += sign;",
    to: "if (entry.state !== 'ended' && entry.state !== 'backing-off') run.unended += sign;",
  },
];
