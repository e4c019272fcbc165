import type { DoctorLine } from '@daybook/core';
import { DaybookError, tried } from '@daybook/core';
import type { CheckedEmrOptions } from './check-options.ts';
import type { StepService } from './cluster/steps.ts';
import type { Documents } from './documents.ts';

/** Tries out the scratch and EMR, and tells of clusters that cost. Starts none. */
export async function emrDoctor(
  { scratch, name }: CheckedEmrOptions,
  { documents, steps }: { readonly documents: Documents; readonly steps: StepService },
): Promise<readonly DoctorLine[]> {
  const uri = `${scratch}doctor/${name}-${process.pid}.json`;
  return [
    await tried(
      'scratch',
      'See to the bucket of `scratch` and to what these credentials may do there: docs/emr.md has the policy.',
      async () => {
        await documents.write(uri, new TextEncoder().encode('{}'));
        const read = await documents.read(uri);
        await documents.remove(uri);
        if (read?.length === 2) return scratch;
        throw new DaybookError('target-failed', `What was written to ${uri} was not read again.`);
      },
    ),
    await tried(
      'EMR',
      'See to the region, to the connection and to what these credentials may do: docs/emr.md has the policy.',
      async () => {
        const clusters = await steps.clusters();
        const dead = clusters.filter(({ ownerAlive }) => !ownerAlive).length;
        if (dead > 0)
          throw new DaybookError(
            'cluster-failed',
            `${dead} of ${clusters.length} clusters cost and belong to nobody: daybook emr reap --delete.`,
          );
        return clusters.length === 0 ? 'no cluster is alive' : `${clusters.length} alive, all with an owner`;
      },
    ),
  ];
}
