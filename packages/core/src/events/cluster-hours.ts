import type { DaybookEvent } from './event.ts';

/** How long the clusters of this process have lived so far, in hours, by runner. */
export interface ClusterHours {
  happened(event: DaybookEvent): void;
  /** Runners that have had none are absent. It only grows. */
  soFar(): Readonly<Record<string, number>>;
}

const hourMs = 3_600_000;

/** Counts from what runners tell of their clusters. */
export function clusterHours(nowMs: () => number): ClusterHours {
  const endedMs = new Map<string, number>();
  const living = new Map<string, { readonly runner: string; readonly sinceMs: number }>();
  return {
    happened(event) {
      if (event.kind === 'clusterCreated')
        living.set(event.cluster, { runner: event.runner, sinceMs: Date.parse(event.at) });
      // One that a dead process left was counted by that one.
      if (event.kind !== 'clusterEnded' || !living.delete(event.cluster)) return;
      endedMs.set(event.runner, (endedMs.get(event.runner) ?? 0) + event.durationMs);
    },
    soFar() {
      const total = new Map(endedMs);
      for (const { runner, sinceMs } of living.values())
        total.set(runner, (total.get(runner) ?? 0) + Math.max(0, nowMs() - sinceMs));
      return Object.fromEntries([...total].map(([runner, ms]) => [runner, ms / hourMs]));
    },
  };
}
