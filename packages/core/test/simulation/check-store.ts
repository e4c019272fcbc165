import type { Manifest } from '../../src/manifest.ts';
import { graphOf } from '../../src/graph.ts';
import { sha256 } from '../../src/digest.ts';
import type { Part } from '../../src/manifest.ts';
import type { TaskId } from '../../src/task.ts';
import { splitTaskId } from '../../src/task.ts';
import { verifyChain, verifyInputs, verifyPart } from '../../src/verify.ts';
import type { Outside } from './outside.ts';
import { all, textOf } from './project.ts';
import type { Store } from './store.ts';
import type { World } from './world.ts';

/**
 * Holds everything that is stored against what must be true of it: chains are whole, versions never go back, inputs agree,
 * and the bytes of each version are those that its recorded inputs make.
 */
export async function checkStore(world: World, store: Store, outside: Outside): Promise<void> {
  const manifests = new Map<string, Manifest>();
  const newest = new Map<TaskId, number>();
  for (const { task, version } of store.published) newest.set(task, Math.max(version, newest.get(task) ?? 0));
  for (const [task, version] of newest) {
    const bytes = [];
    for (let each = 1; each <= version; each += 1) bytes.push(await store.target.readManifest(task, each));
    const chain = verifyChain(task, bytes);
    for (const finding of chain.findings) world.violate(findingText(finding));
    for (const [each, manifest] of chain.manifests) manifests.set(`${task} ${each}`, manifest);
  }
  for (const each of store.published)
    if (manifests.get(`${each.task} ${each.version}`)?.attempt !== each.attempt)
      world.violate(`version ${each.version} of ${each.task} by ${each.attempt} is lost`);
  const textOfVersion = async (task: TaskId, version: number): Promise<string> =>
    await textIn(store, manifests.get(`${task} ${version}`)?.parts[0]);
  for (const manifest of manifests.values()) {
    for (const finding of verifyInputs(manifest, (task, version) => manifests.get(`${task} ${version}`)))
      world.violate(findingText(finding));
    checkAgreement(world, manifest, manifests);
    checkOrder(world, manifests.get(`${manifest.task} ${manifest.version - 1}`), manifest);
    await checkBytes(world, store, manifest);
    const inputs = [];
    for (const { input, task, version } of manifest.inputs)
      inputs.push({ input, text: await textOfVersion(task, version) });
    const right = textMade(manifest, inputs, outside);
    const text = await textOfVersion(manifest.task, manifest.version);
    if (text !== right || manifest.fingerprint !== sha256(text))
      world.violate(
        `version ${manifest.version} of ${manifest.task} is "${text}" and not "${String(right)}"`,
      );
  }
}

/** Holds the newest versions against what one gets who starts from nothing with what is outside now. */
export async function checkConverged(
  world: World,
  store: Store,
  outside: Outside,
  through: string,
): Promise<void> {
  const texts = new Map<TaskId, string>();
  for (const { task, inputs } of graphOf([all({ through })]).values()) {
    if (task.definition.output === undefined) continue;
    const given = Object.entries(inputs).flatMap(([input, tasks]) =>
      (tasks.kind === 'task' ? [tasks] : tasks.tasks).map(({ id }) => ({ input, text: texts.get(id) ?? '' })),
    );
    const right = task.definition.job?.kind === 'load' ? outside.now(task.id).text : textOf(task, given);
    texts.set(task.id, right);
    const newest = store.published.findLast((manifest) => manifest.task === task.id);
    const text = await textIn(store, newest?.parts[0]);
    if (text !== right) world.violate(`${task.id} is "${text}" at the end and not "${right}"`);
  }
}

function textMade(
  manifest: Manifest,
  inputs: readonly { readonly input: string; readonly text: string }[],
  outside: Outside,
): string | undefined {
  const revision = revisionOf(manifest);
  if (revision !== undefined) return outside.textAt(manifest.task, revision);
  return textOf({ name: splitTaskId(manifest.task).name }, inputs);
}

function checkAgreement(world: World, manifest: Manifest, all: ReadonlyMap<string, Manifest>): void {
  const pinned = new Map(manifest.inputs.map((each) => [each.task, each.fingerprint]));
  for (const { task, version } of manifest.inputs) {
    for (const below of all.get(`${task} ${version}`)?.inputs ?? []) {
      const other = pinned.get(below.task);
      if (other !== undefined && other !== below.fingerprint)
        world.violate(
          `the inputs of version ${manifest.version} of ${manifest.task} disagree on ${below.task}`,
        );
    }
  }
}

/** The inputs of a version are never older than those of the version before it. */
function checkOrder(world: World, before: Manifest | undefined, manifest: Manifest): void {
  const place = `version ${manifest.version} of ${manifest.task}`;
  if ((revisionOf(manifest) ?? 0) < (before === undefined ? 0 : (revisionOf(before) ?? 0)))
    world.violate(`${place} was fetched before the version before it`);
  for (const { input, task, version } of manifest.inputs) {
    const then = before?.inputs.find((each) => each.input === input && each.task === task);
    if (then !== undefined && then.version > version)
      world.violate(
        `${place} is made from version ${version} of ${task}, the one before from ${then.version}`,
      );
  }
}

async function checkBytes(world: World, store: Store, manifest: Manifest): Promise<void> {
  for (const part of manifest.parts) {
    const text = await textIn(store, part);
    const read = { bytes: Buffer.byteLength(text), sha256: sha256(text) };
    for (const finding of verifyPart(manifest, part, read)) world.violate(findingText(finding));
  }
}

async function textIn({ target }: Store, part: Part | undefined): Promise<string> {
  if (part === undefined) return '';
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of target.read(part)) chunks.push(chunk);
  } catch (error) {
    return String(error);
  }
  return Buffer.concat(chunks).toString();
}

function revisionOf({ source }: Manifest): number | undefined {
  return (source as { readonly revision?: number } | undefined)?.revision;
}

function findingText({ task, version, what }: { task: string; version: number; what: string }): string {
  return `version ${version} of ${task}: ${what}`;
}
