import { DaybookError } from '../src/errors.ts';
import type { TaskId } from '../src/task.ts';
import { splitTaskId } from '../src/task.ts';
import type { TargetMutant } from './target-mutant.ts';
import { asStored, firstOf, untilError, withStage } from './target-mutant.ts';

/** Defects in stages, parts and attempts. */
export const partMutants: readonly TargetMutant[] = [
  {
    defect: 'a stage’s URI has no slash at its end',
    breaks: ['a stage is below the root, at the path of its attempt and a URI of its own'],
    mutate: withStage((stage) => ({ ...stage, uri: stage.uri.slice(0, -1) })),
  },
  {
    defect: 'a write counts chunks, not bytes',
    breaks: ['what is written is counted, and read back byte for byte'],
    mutate: withStage((stage) => ({
      ...stage,
      write: async (name, bytes) => {
        let chunks = 0;
        const counted = async function* (): AsyncIterable<Uint8Array> {
          for await (const chunk of bytes) {
            chunks += 1;
            yield chunk;
          }
        };
        return { ...(await stage.write(name, counted())), bytes: chunks };
      },
    })),
  },
  {
    defect: 'folders in a name are left out',
    breaks: ['sync tells of the names asked for, in their order, and says the same of them each time'],
    mutate: withStage((stage) => ({
      ...stage,
      sync: async (names) =>
        (await stage.sync(names)).map((file) => ({ ...file, name: file.name.replace(/.*\//, '') })),
    })),
  },
  {
    defect: 'what comes after 8 MiB is lost',
    breaks: ['a part of many megabytes is kept whole, whatever the size of its chunks'],
    mutate: withStage((stage) => ({
      ...stage,
      write: (name, bytes) => stage.write(name, firstOf(bytes, 8 * 1024 * 1024)),
    })),
  },
  {
    defect: 'a name that is there is not written again',
    breaks: ['a name that is written again has the later bytes alone'],
    mutate: withStage((stage) => ({
      ...stage,
      write: async (name, bytes) => {
        try {
          const [file] = await stage.sync([name]);
          return file ?? (await stage.write(name, bytes));
        } catch {
          return await stage.write(name, bytes);
        }
      },
    })),
  },
  {
    defect: 'sync tells of the files in order of name',
    breaks: ['sync tells of the names asked for, in their order, and says the same of them each time'],
    mutate: withStage((stage) => ({ ...stage, sync: (names) => stage.sync([...names].sort()) })),
  },
  {
    defect: 'sync leaves out what is not there',
    breaks: ['sync of a file that is not there is an error that names it'],
    mutate: withStage((stage) => ({
      ...stage,
      sync: async (names) => {
        const found = await Promise.allSettled(names.map((name) => stage.sync([name])));
        return found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
      },
    })),
  },
  {
    defect: 'only what the target itself wrote is synced',
    breaks: ['what an engine wrote into a stage by itself is synced and read like the rest'],
    mutate: (sound) => {
      const written = new Set<string>();
      return withStage((stage) => ({
        ...stage,
        write: async (name, bytes) => {
          // What the law writes in an engine's stead is in a folder.
          if (!name.includes('/')) written.add(name);
          return await stage.write(name, bytes);
        },
        sync: async (names) => await stage.sync(names.filter((name) => written.has(name))),
      }))(sound);
    },
  },
  {
    defect: 'a write whose source breaks off keeps what came',
    breaks: ['a write whose source breaks off passes its error on, and can be done again'],
    mutate: withStage((stage) => ({
      ...stage,
      write: (name, bytes) => stage.write(name, untilError(bytes)),
    })),
  },
  {
    defect: 'ranges are put in order and read once',
    breaks: ['ranges are read in the order asked for, as often as they are asked for'],
    mutate: (sound) => ({
      ...sound,
      read: (part, ranges) => sound.read(part, ranges && [...ranges].sort((a, b) => a.start - b.start)),
    }),
  },
  {
    defect: 'no ranges are all of it',
    breaks: ['a range of no bytes reads as nothing, and so does a list of no ranges'],
    mutate: (sound) => ({
      ...sound,
      read: (part, ranges) => sound.read(part, ranges?.length === 0 ? undefined : ranges),
    }),
  },
  {
    defect: 'a range of no bytes is one of a byte',
    breaks: ['a range of no bytes reads as nothing, and so does a list of no ranges'],
    mutate: (sound) => ({
      ...sound,
      read: (part, ranges) =>
        sound.read(
          part,
          ranges?.map(({ start, length }) => ({ start, length: Math.max(1, length) })),
        ),
    }),
  },
  {
    defect: 'a range beyond the end is an error',
    breaks: ['of a range that goes beyond the end, what is there is read'],
    mutate: (sound) => ({
      ...sound,
      read: (part, ranges) => {
        if (ranges?.some(({ start, length }) => start + length > part.bytes))
          throw new DaybookError('target-failed', 'The range cannot be satisfied.');
        return sound.read(part, ranges);
      },
    }),
  },
  {
    defect: 'the size of a part is not looked at',
    breaks: ['a part whose size is another than recorded is refused, before a byte of it is read'],
    mutate: (sound) => ({
      ...sound,
      read: async function* (part, ranges) {
        yield* sound.read(await asStored(sound, part), ranges);
      },
    }),
  },
  {
    defect: 'the size of a part is looked at when all of it has been read',
    breaks: ['a part whose size is another than recorded is refused, before a byte of it is read'],
    mutate: (sound) => ({
      ...sound,
      read: async function* (part, ranges) {
        yield* sound.read(await asStored(sound, part), ranges);
        yield* sound.read(part, []);
      },
    }),
  },
  {
    defect: 'the size of a part is not looked at where ranges are asked for',
    breaks: ['a part whose size is another than recorded is refused, before a byte of it is read'],
    mutate: (sound) => ({
      ...sound,
      read: async function* (part, ranges) {
        yield* sound.read(ranges === undefined ? part : await asStored(sound, part), ranges);
      },
    }),
  },
  {
    defect: 'parts have tags, and nobody looks at them',
    breaks: ['a part that was written anew is refused by its tag, where it has one'],
    mutate: (sound) => {
      let tags = 0;
      const synced = new Map<string, string>();
      return withStage((stage) => ({
        ...stage,
        write: async (name, bytes) => {
          synced.set(`${stage.path}${name}`, `tag-${(tags += 1)}`);
          return await stage.write(name, bytes);
        },
        sync: async (names) =>
          (await stage.sync(names)).map((file) => ({
            ...file,
            tag: synced.get(`${stage.path}${file.name}`) ?? '',
          })),
      }))(sound);
    },
  },
  {
    defect: 'a part that is not there reads as no bytes',
    breaks: ['a part that is not there is refused'],
    mutate: (sound) => ({
      ...sound,
      read: async function* (part, ranges) {
        const stored = await asStored(sound, part);
        if (stored.bytes >= 0) yield* sound.read(part, ranges);
      },
    }),
  },
  {
    defect: 'the time of an attempt is that of 1970',
    breaks: ['attempts are listed once each, with the time at which they were last written to'],
    mutate: (sound) => ({
      ...sound,
      async *attempts(under) {
        for await (const each of sound.attempts(under)) yield { ...each, newestMs: 0 };
      },
    }),
  },
  {
    defect: 'asking for a stage makes it',
    breaks: ['a stage that nothing was written to is no attempt'],
    mutate: (sound) => {
      const asked = new Map<string, { readonly task: TaskId; readonly attempt: string }>();
      return {
        ...sound,
        stage: (task, attempt) => {
          asked.set(`${task} ${attempt}`, { task, attempt });
          return sound.stage(task, attempt);
        },
        async *attempts(under) {
          for (const each of asked.values())
            if (splitTaskId(each.task).name === under) yield { ...each, newestMs: Date.now() };
        },
      };
    },
  },
  {
    defect: 'removing an attempt removes all attempts at its task',
    breaks: [
      'removing an attempt takes all of its files and nothing else',
      'removing an attempt that is gone, or never was, is harmless',
    ],
    mutate: (sound) => ({
      ...sound,
      remove: async ({ task }) => {
        for await (const each of sound.attempts(splitTaskId(task).name))
          if (each.task === task) await sound.remove(each);
      },
    }),
  },
  {
    defect: 'removing an attempt that is gone is an error',
    breaks: ['removing an attempt that is gone, or never was, is harmless'],
    mutate: (sound) => ({
      ...sound,
      remove: async (attempt) => {
        const { name } = splitTaskId(attempt.task);
        for await (const each of sound.attempts(name))
          if (each.task === attempt.task && each.attempt === attempt.attempt) return await sound.remove(each);
        throw new DaybookError('target-failed', 'There is no such attempt.');
      },
    }),
  },
  {
    defect: 'an attempt is listed for each page of its files',
    breaks: ['an attempt of more files than a page holds is listed once, and removed whole'],
    mutate: (sound) => {
      let written = 0;
      return {
        ...withStage((stage) => ({
          ...stage,
          write: (name, bytes) => {
            written += 1;
            return stage.write(name, bytes);
          },
        }))(sound),
        async *attempts(under) {
          for await (const each of sound.attempts(under))
            for (let page = 0; page < written; page += 1000) yield each;
        },
      };
    },
  },
];
