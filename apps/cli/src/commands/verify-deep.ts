import type { CheckedConfig, Finding, MadeFingerprint, Manifest, Part, Runner } from '@daybook/core';
import {
  DaybookError,
  fingerprintedFrom,
  readFilesFingerprint,
  sameContents,
  verifyFingerprint,
  withRunners,
} from '@daybook/core';
import { isDaybookError } from '../load-config.ts';
import { numberText } from '../render/ranges.ts';
import type { DeepFacts } from '../render/verify.ts';
import type { StatusLine } from '../terminal/status-line.ts';

/** What `verifyDeep` goes by: what was read of each part before, and which parts are damaged. */
export interface ReadParts {
  sha256Of(part: Part): string | undefined;
  isDamaged(part: Part): boolean;
}

/**
 * Makes the fingerprints of versions again, from the rows of derived tables and the contents of named files, one after
 * another. Parts that several versions name are read once.
 */
export async function verifyDeep(
  config: CheckedConfig,
  manifests: readonly Manifest[],
  read: ReadParts,
  line: StatusLine,
): Promise<{ readonly facts: DeepFacts; readonly findings: readonly Finding[] }> {
  const groups = sameContents(manifests);
  const findings: Finding[] = [];
  const made: Manifest[] = [];
  const raw: Manifest[] = [];
  const damaged: Manifest[] = [];
  await withRunners(config.runners, async () => {
    for (const [index, group] of groups.entries()) {
      line.show(`fingerprints of ${numberText(index)} of ${numberText(groups.length)} outputs`);
      const [first] = group;
      if (fingerprintedFrom(first) === 'raw bytes') raw.push(...group);
      else if (first.parts.some(read.isDamaged)) damaged.push(...group);
      else {
        const again = await fingerprintOf(config, first, read);
        made.push(...group);
        findings.push(...group.flatMap((manifest) => verifyFingerprint(manifest, again)));
      }
    }
  });
  return { facts: { made: made.length, raw: raw.map(taskOf), damaged: damaged.map(taskOf) }, findings };
}

function taskOf({ task }: Manifest): string {
  return task;
}

async function fingerprintOf(
  config: CheckedConfig,
  manifest: Manifest,
  read: ReadParts,
): Promise<MadeFingerprint> {
  const { parts, output } = manifest;
  if (output.kind === 'files') return { fingerprint: readFilesFingerprint(parts, read.sha256Of) ?? 'none' };
  const fingerprint = fingerprinter(config);
  try {
    return { fingerprint: await fingerprint(config.targets, parts, output) };
  } catch (error) {
    // Whether the target answers says nothing of the rows.
    if (isDaybookError(error) && error.code !== 'part-damaged') throw error;
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { unreadable: why };
  }
}

/** What makes fingerprints of tables: the first configured runner that can. */
function fingerprinter(config: CheckedConfig): NonNullable<Runner['fingerprint']> {
  for (const runner of config.runners) {
    if (runner.fingerprint !== undefined) return runner.fingerprint.bind(runner);
  }
  throw new DaybookError(
    'runner-missing',
    'No runner of the configuration can make fingerprints: add one that can, such as localRunner(), or leave --deep out.',
  );
}
