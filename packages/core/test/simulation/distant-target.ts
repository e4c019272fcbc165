import type { Stage, Target } from '../../src/target.ts';
import type { Actor } from './actor.ts';
import { unreachable } from './world.ts';
import type { World } from './world.ts';

const pageSize = 3;

/** The target as one actor has it, behind a network. As a real client does, it asks twice or three times before it gives up. */
export function distantTarget(world: World, actor: Actor, target: Target): Target {
  const ask = async <T>(doing: string, perform: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await actor.call(doing, perform);
      } catch (error) {
        if ((error as { code?: unknown }).code !== unreachable('').code || tries === 3) throw error;
        if (world.random.oneIn(2)) throw error;
      }
    }
  };
  return {
    name: target.name,
    taskNames: target.taskNames,
    attempts: target.attempts,
    remove: target.remove,
    async *currentVersions(under) {
      let last = '';
      for (;;) {
        const page = await ask(`list ${under} after "${last}"`, async () => {
          const found = [];
          for await (const each of target.currentVersions(under)) if (each.task > last) found.push(each);
          return found.slice(0, pageSize);
        });
        yield* page;
        if (page.length < pageSize) return;
        last = page.at(-1)?.task ?? '';
      }
    },
    currentVersion: async (task) =>
      await ask(`version of ${task}`, async () => await target.currentVersion(task)),
    readManifest: async (task, version) =>
      await ask(`read ${version} of ${task}`, async () => await target.readManifest(task, version)),
    createManifest: async (task, version, bytes) =>
      await ask(`create ${version} of ${task}`, async () => {
        const answer = await target.createManifest(task, version, bytes);
        world.note(actor.name, `version ${version} of ${task} ${answer}`);
        return answer;
      }),
    stage: (task, attempt) => distantStage(ask, target.stage(task, attempt)),
    async *read(part) {
      yield* await ask(`read ${part.path}`, async () => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of target.read(part)) chunks.push(chunk);
        return chunks;
      });
    },
  };
}

type Ask = <T>(doing: string, perform: () => Promise<T>) => Promise<T>;

function distantStage(ask: Ask, stage: Stage): Stage {
  return {
    uri: stage.uri,
    path: stage.path,
    async write(name, bytes) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytes) chunks.push(chunk);
      const again = async function* (): AsyncIterable<Uint8Array> {
        yield* chunks;
      };
      return await ask(`write ${stage.path}${name}`, async () => await stage.write(name, again()));
    },
    sync: async (names) => await ask(`sync ${stage.path}`, async () => await stage.sync(names)),
  };
}
