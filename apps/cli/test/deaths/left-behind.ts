import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Target } from '@daybook/core';
import { manifestStore } from '@daybook/core';
import type { EmrLocal, EmrLocalState } from '@daybook/emr-local';
import type { Project } from './deaths.ts';

type ClusterState = EmrLocalState['clusters'][number];

/** So long a cluster may take to be over once its end was asked for, much less than idleness needs to end it. */
const graceMs = 3_000;
const active = ['PENDING', 'RUNNING', 'CANCEL_PENDING'];

/** What is still there of clusters and steps, or was ended by nothing but idleness. */
export async function clustersLeft(server: EmrLocal): Promise<readonly string[]> {
  const untilMs = Date.now() + graceMs;
  while (Date.now() < untilMs && server.state().clusters.some(isThere)) await wait(20);
  return server
    .state()
    .clusters.flatMap((cluster) => [
      ...(isThere(cluster)
        ? [`cluster ${cluster.id} is ${cluster.state}: ${JSON.stringify(cluster.reason)}`]
        : []),
      ...(isForgotten(cluster) ? [`cluster ${cluster.id} ended for idleness`] : []),
    ]);
}

function isThere({ live, steps }: ClusterState): boolean {
  return live || steps.some(({ state }) => active.includes(state));
}

/** Whether nothing but idleness ended it. One that ended so in the moment in which it was given a step had its owner. */
function isForgotten({ reason, steps }: ClusterState): boolean {
  return /auto-termination/.test(reason.message) && !steps.some(({ state }) => state === 'CANCELLED');
}

/** What is in the scratch of owners and of clusters asked for, by its path below the scratch. */
export function documentsLeft(scratch: string): readonly string[] {
  return ['owners', 'clusters'].flatMap((folder) => {
    const path = join(scratch, folder);
    return existsSync(path) ? readdirSync(path).map((name) => `${folder}/${name}`) : [];
  });
}

/** Parts made on a cluster that were published and that the result of their attempt does not name, of any version. */
export async function partsWithoutResult(target: Target, root: string): Promise<readonly string[]> {
  const store = manifestStore(target);
  const wrong: string[] = [];
  for await (const name of target.taskNames()) {
    for await (const { task, version } of target.currentVersions(name)) {
      for (let each = 1; each <= version; each += 1) {
        const { manifest } = await store.read(task, each);
        if (manifest.runner['engine'] !== 'spark') continue;
        for (const { path, sha256 } of manifest.parts) {
          if (!isNamed(join(root, path), sha256))
            wrong.push(`no result names ${path}, a part of version ${each} of ${task}`);
        }
      }
    }
  }
  return wrong;
}

/** A part may lie in a folder of its own below that of its attempt. */
function isNamed(part: string, sha256: string): boolean {
  for (let folder = dirname(part); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'result.json');
    if (!existsSync(path)) continue;
    const { outcome, parts = [] } = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly outcome: string;
      readonly parts?: readonly { readonly name: string; readonly sha256: string }[];
    };
    return (
      outcome === 'staged' && parts.some((each) => join(folder, each.name) === part && each.sha256 === sha256)
    );
  }
  return false;
}

/** What steps that failed said last, to find out why a case went wrong. */
export function lastWords({
  server,
  stateFolder,
}: Pick<Project, 'server' | 'stateFolder'>): readonly string[] {
  return server.state().clusters.flatMap(({ id, steps }) =>
    steps
      .filter(({ state }) => state === 'FAILED')
      .map((step) => {
        const path = join(stateFolder, id, 'steps', step.id, 'stderr');
        return `step ${step.name} failed: ${existsSync(path) ? readFileSync(path, 'utf8').trim().slice(-1000) : ''}`;
      }),
  );
}
