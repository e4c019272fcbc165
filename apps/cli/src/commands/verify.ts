import { createHash } from 'node:crypto';
import type { Finding, Manifest, Part, ReadPart, Target, TaskId } from '@daybook/core';
import {
  DaybookError,
  errorExitCodes,
  inParallel,
  parseManifest,
  distinctParts,
  splitTaskId,
  verifyChain,
  verifyInputs,
  verifyPart,
} from '@daybook/core';
import { isDaybookError } from '../load-config.ts';
import { bytesText, numberText } from '../render/ranges.ts';
import type { VerifyFacts } from '../render/verify.ts';
import { verifyDocument, verifyText } from '../render/verify.ts';
import type { StatusLine } from '../terminal/status-line.ts';
import { statusLine } from '../terminal/status-line.ts';
import type { Workplace } from '../workplace.ts';
import type { ReadParts } from './verify-deep.ts';
import { verifyDeep } from './verify-deep.ts';

const concurrentManifests = 32;
const concurrentParts = 4;

/** `daybook verify`: reads all that is stored and holds it against its digests. */
export async function verifyCommand(workplace: Workplace): Promise<number> {
  const { config, invocation, out, outPaint, err } = workplace;
  const line = statusLine(err);
  try {
    const stored = await readVersions(config.targets, invocation.tasks[0], line);
    checkKnown(workplace, stored);
    const inputs = await inputFindings(config.targets, stored.manifests);
    const parts = distinctParts(stored.manifests);
    const read = await readParts(config.targets, parts, line);
    const deep =
      invocation.options.deep === true ? await verifyDeep(config, stored.manifests, read, line) : undefined;
    const facts: VerifyFacts = {
      tasks: stored.tasks.length,
      versions: stored.manifests.length,
      parts: parts.length,
      bytes: parts.reduce((sum, { part }) => sum + part.bytes, 0),
      findings: [...stored.findings, ...inputs, ...read.findings, ...(deep?.findings ?? [])],
      ...(deep === undefined ? {} : { deep: deep.facts }),
      width: Math.min(out.width, 110),
      paint: outPaint,
    };
    line.clear();
    await out.write(workplace.json ? `${JSON.stringify(verifyDocument(facts))}\n` : verifyText(facts));
    return facts.findings.length === 0 ? 0 : errorExitCodes['verify-failed'];
  } finally {
    line.clear();
  }
}

interface Stored {
  readonly tasks: readonly TaskId[];
  readonly manifests: readonly Manifest[];
  readonly findings: readonly Finding[];
}

/** Every version of every task stored, or of those that `only` (a name or an id) means. */
async function readVersions(target: Target, only: string | undefined, line: StatusLine): Promise<Stored> {
  const current: { readonly task: TaskId; readonly version: number }[] = [];
  const wanted = only === undefined ? undefined : splitTaskId(only).name;
  for await (const name of target.taskNames()) {
    if (wanted !== undefined && name !== wanted) continue;
    for await (const each of target.currentVersions(name))
      if (only === undefined || only === wanted || each.task === only) current.push(each);
  }
  const manifests: Manifest[] = [];
  const findings: Finding[] = [];
  let done = 0;
  await inParallel(current, concurrentManifests, async ({ task, version }) => {
    const bytes: (Uint8Array | undefined)[] = [];
    for (let number = 1; number <= version; number += 1) bytes.push(await target.readManifest(task, number));
    const chain = verifyChain(task, bytes);
    manifests.push(...chain.manifests.values());
    findings.push(...chain.findings);
    done += 1;
    line.show(`versions of ${numberText(done)} of ${numberText(current.length)} tasks`);
  });
  const order = (a: Manifest | Finding, b: Manifest | Finding): number =>
    a.task === b.task ? a.version - b.version : a.task < b.task ? -1 : 1;
  return {
    tasks: current.map(({ task }) => task),
    manifests: manifests.sort(order),
    findings: findings.sort(order),
  };
}

function checkKnown({ config, invocation }: Workplace, stored: Stored): void {
  const [only] = invocation.tasks;
  if (only === undefined || stored.tasks.length > 0 || config.definitions.has(splitTaskId(only).name)) return;
  throw new DaybookError(
    'task-unknown',
    `There is no task "${only}", neither in the configuration nor stored. See daybook graph.`,
  );
}

/** Looks up the inputs of all versions. Those of tasks that were not read yet are read once. */
async function inputFindings(target: Target, manifests: readonly Manifest[]): Promise<readonly Finding[]> {
  const known = new Map(manifests.map((manifest) => [`${manifest.task} ${manifest.version}`, manifest]));
  const recorded = manifests
    .flatMap(({ inputs }) => inputs)
    .filter(({ task, version }) => !known.has(`${task} ${version}`));
  const missing = [...new Map(recorded.map((each) => [`${each.task} ${each.version}`, each])).values()];
  await inParallel(missing, concurrentManifests, async ({ task, version }) => {
    const bytes = await target.readManifest(task, version);
    const manifest = bytes === undefined ? undefined : parsed(bytes, task, version);
    if (manifest !== undefined) known.set(`${task} ${version}`, manifest);
  });
  return manifests.flatMap((manifest) =>
    verifyInputs(manifest, (task, version) => known.get(`${task} ${version}`)),
  );
}

function parsed(bytes: Uint8Array, task: TaskId, version: number): Manifest | undefined {
  try {
    return parseManifest(bytes, task, version);
  } catch {
    return undefined;
  }
}

/** Reads every part as a whole and holds it against what its version recorded. */
async function readParts(
  target: Target,
  parts: ReturnType<typeof distinctParts>,
  line: StatusLine,
): Promise<ReadParts & { readonly findings: readonly Finding[] }> {
  const findings: Finding[] = [];
  const digests = new Map<string, string>();
  const damaged = new Set<string>();
  let [done, bytes] = [0, 0];
  await inParallel(parts, concurrentParts, async ({ manifest, part }) => {
    const read = await readPart(target, part);
    const found = verifyPart(manifest, part, read);
    findings.push(...found);
    if (found.length > 0) damaged.add(part.path);
    if ('sha256' in read) digests.set(part.path, read.sha256);
    done += 1;
    bytes += part.bytes;
    line.show(`${numberText(done)} of ${numberText(parts.length)} parts, ${bytesText(bytes)}`);
  });
  return {
    findings,
    sha256Of: ({ path }) => digests.get(path),
    isDamaged: ({ path }) => damaged.has(path),
  };
}

/** Reads a part as a whole. Damage is an answer; that the target does not answer is not. */
async function readPart(target: Target, part: Part): Promise<ReadPart> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of target.read(part)) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    if (isDaybookError(error) && error.code === 'part-damaged') return { unreadable: error.message };
    throw error;
  }
  return { bytes, sha256: hash.digest('hex') };
}
