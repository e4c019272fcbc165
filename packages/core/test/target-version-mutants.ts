import { attemptToken } from '../src/target.ts';
import type { TaskId } from '../src/task.ts';
import { splitTaskId } from '../src/task.ts';
import type { TargetMutant } from './target-mutant.ts';
import { perStore } from './target-mutant.ts';

/** Defects in manifests, versions and their listings. */
export const versionMutants: readonly TargetMutant[] = [
  {
    defect: 'a manifest is kept as text',
    breaks: ['a manifest is read back byte for byte, whatever its bytes and however many'],
    mutate: (sound) => ({
      ...sound,
      createManifest: (task, version, bytes) =>
        sound.createManifest(task, version, Buffer.from(new TextDecoder().decode(bytes))),
    }),
  },
  {
    defect: 'a manifest is cut off after 64 KiB',
    breaks: ['a manifest is read back byte for byte, whatever its bytes and however many'],
    mutate: (sound) => ({
      ...sound,
      readManifest: async (task, version) => (await sound.readManifest(task, version))?.slice(0, 65_536),
    }),
  },
  {
    defect: 'a manifest that is not there reads as no bytes',
    breaks: [
      'a manifest that is not there reads as undefined',
      'what another handle has published is seen at once, whatever was seen before',
    ],
    mutate: (sound) => ({
      ...sound,
      readManifest: async (task, version) => (await sound.readManifest(task, version)) ?? new Uint8Array(),
    }),
  },
  {
    defect: 'whoever comes later takes the version over',
    breaks: [
      'a manifest is created once: whoever comes later is told, and changes nothing',
      'of many that create a version at once one does, and all of them read its bytes',
    ],
    mutate: perStore((sound) => {
      const written = new Map<string, Uint8Array>();
      return {
        ...sound,
        createManifest: (task, version, bytes) => {
          written.set(`${task} ${version}`, bytes.slice());
          return sound.createManifest(task, version, bytes);
        },
        readManifest: async (task, version) =>
          written.get(`${task} ${version}`) ?? (await sound.readManifest(task, version)),
      };
    }),
  },
  {
    defect: 'it is looked first whether a version is there, and created then',
    breaks: ['of many that create a version at once one does, and all of them read its bytes'],
    mutate: (sound) => ({
      ...sound,
      createManifest: async (task, version, bytes) => {
        if ((await sound.readManifest(task, version)) !== undefined) return 'exists';
        await sound.createManifest(task, version, bytes);
        return 'created';
      },
    }),
  },
  {
    defect: 'versions are counted over all tasks of a name',
    breaks: ['each task has versions of its own, and none of them moves another'],
    mutate: (sound) => ({
      ...sound,
      createManifest: async (task, version, bytes) => {
        for await (const other of sound.currentVersions(splitTaskId(task).name))
          if (other.version >= version) return 'exists';
        return await sound.createManifest(task, version, bytes);
      },
    }),
  },
  {
    defect: 'the bytes of a manifest are shared with those who read it',
    breaks: ['a manifest is the store’s own: who gave its bytes or read them may change them'],
    mutate: (sound) => {
      const read = new Map<string, Uint8Array>();
      return {
        ...sound,
        readManifest: async (task, version) => {
          const key = `${task} ${version}`;
          const bytes = read.get(key) ?? (await sound.readManifest(task, version));
          if (bytes !== undefined) read.set(key, bytes);
          return bytes;
        },
      };
    },
  },
  {
    defect: 'a version can be seen before it is whole',
    breaks: ['a version that is told of or can be read is whole'],
    mutate: perStore((sound) => {
      let half: { readonly key: string; readonly bytes: Uint8Array } | undefined;
      return {
        ...sound,
        createManifest: async (task, version, bytes) => {
          if ((await sound.readManifest(task, version)) !== undefined) return 'exists';
          half = { key: `${task} ${version}`, bytes: bytes.slice(0, bytes.length / 2) };
          await new Promise((resolve) => setImmediate(resolve));
          half = undefined;
          return await sound.createManifest(task, version, bytes);
        },
        readManifest: async (task, version) =>
          half?.key === `${task} ${version}` ? half.bytes : await sound.readManifest(task, version),
      };
    }),
  },
  {
    defect: 'the newest version is cached',
    breaks: [
      'what another handle has published is seen at once, whatever was seen before',
      'the newest version is the one with the greatest number, in whatever order they came',
    ],
    mutate: (sound) => {
      const seen = new Map<TaskId, number>();
      return {
        ...sound,
        currentVersion: async (task) => {
          const version = seen.get(task) ?? (await sound.currentVersion(task));
          seen.set(task, version);
          return version;
        },
      };
    },
  },
  {
    defect: 'the newest version is the one that came last',
    breaks: ['the newest version is the one with the greatest number, in whatever order they came'],
    mutate: (sound) => {
      const last = new Map<TaskId, number>();
      return {
        ...sound,
        createManifest: async (task, version, bytes) => {
          const answer = await sound.createManifest(task, version, bytes);
          if (answer === 'created') last.set(task, version);
          return answer;
        },
        currentVersion: async (task) => last.get(task) ?? 0,
      };
    },
  },
  {
    defect: 'all stages of a task share their files',
    breaks: [
      'attempts that write at once do not disturb each other',
      'attempts do not see each other’s files, nor do tasks',
      'a stage is below the root, at the path of its attempt and a URI of its own',
    ],
    mutate: (sound) => ({ ...sound, stage: (task) => sound.stage(task, attemptToken(1, '0'.repeat(32))) }),
  },
  {
    defect: 'a store that is new has a task already',
    breaks: [
      'a new store has no task, no version and no attempt',
      'every name that has a version is listed once',
    ],
    mutate: (sound) => ({
      ...sound,
      async *taskNames() {
        yield 'lost-and-found';
        yield* sound.taskNames();
      },
    }),
  },
  {
    defect: 'a name is listed for each of its tasks',
    breaks: ['every name that has a version is listed once'],
    mutate: (sound) => ({
      ...sound,
      async *taskNames() {
        for await (const name of sound.taskNames())
          for await (const _ of sound.currentVersions(name)) yield name;
      },
    }),
  },
  {
    defect: 'a listing has a task for each of its versions',
    breaks: ['a listing has each task of one name once, with its newest version'],
    mutate: (sound) => ({
      ...sound,
      async *currentVersions(under) {
        for await (const { task, version } of sound.currentVersions(under))
          for (let each = version; each > 0; each -= 1)
            if ((await sound.readManifest(task, each)) !== undefined) yield { task, version: each };
      },
    }),
  },
  {
    defect: 'a listing ends with its first page',
    breaks: ['a listing of more tasks than a page holds has them all'],
    mutate: (sound) => ({
      ...sound,
      async *currentVersions(under) {
        let left = 1000;
        for await (const each of sound.currentVersions(under)) if ((left -= 1) >= 0) yield each;
      },
    }),
  },
  {
    defect: 'the versions of a task are those of the first page',
    breaks: ['a task of more versions than a page holds has its newest'],
    mutate: (sound) => ({
      ...sound,
      currentVersion: async (task) => Math.min(1000, await sound.currentVersion(task)),
    }),
  },
  {
    defect: 'what begins with a name is listed under it',
    breaks: ['names and parameters that begin with each other are kept apart'],
    mutate: (sound) => ({
      ...sound,
      async *currentVersions(under) {
        for await (const name of sound.taskNames())
          if (name.startsWith(under)) yield* sound.currentVersions(name);
      },
    }),
  },
  {
    defect: 'parameters are decoded where they are listed',
    breaks: ['a task with odd parameters is listed under its id'],
    mutate: (sound) => ({
      ...sound,
      async *currentVersions(under) {
        for await (const { task, version } of sound.currentVersions(under))
          yield { task: decodeURIComponent(task), version };
      },
    }),
  },
];
