import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { EmrLocal } from '@daybook/emr-local';
import { startEmrLocal } from '@daybook/emr-local';
import { fileTargets } from '@daybook/target-file';
import type { SparkKind } from '../../../../packages/emr-local/test/spark/spark-kinds.ts';
import { quickSparkConf, sparkEnvironment } from '../../../../packages/emr-local/test/spark/spark-kinds.ts';
import { startSharedSpark } from '../../../../packages/runner-emr/test/shared-spark.ts';
import type { ProcessGroup } from '../process-group.ts';
import { startGroup } from '../process-group.ts';
import { publishedIn } from '../published.ts';
import type { Place } from './daybook.config.ts';

/** Projects that run on clusters of this machine, each in a folder and on an EMR of its own, with one Spark for all. */
export interface Deaths {
  /** What is to stand in the end: what a run on this machine alone has published, and, with a program, the copy it makes. */
  right(program?: boolean): ReadonlyMap<string, string>;
  project(name: string, changes?: ProjectChanges): Promise<Project>;
  /** Kills what still runs, and removes all. */
  remove(): Promise<void>;
}

export interface ProjectChanges {
  readonly spot?: boolean;
  /** Another one to share EMR and scratch with. */
  readonly beside?: Project;
}

/** One project. Its EMR outlives its runs. */
export interface Project {
  readonly folder: string;
  /** The path of the folder that clusters read their plans from. */
  readonly scratch: string;
  readonly server: EmrLocal;
  /** Where its steps run. */
  readonly stateFolder: string;
  /** Runs the command, in a process group of its own; EMR is reached by `endpoint`, if not directly. */
  daybook(words: readonly string[], endpoint?: string): ProcessGroup;
  published(): Promise<ReadonlyMap<string, string>>;
  close(): Promise<void>;
}

const through = ['--through', '2018-07-03', '--today', '2018-07-20'];
/** All that SQL and this machine make, and, with `program`, what a Spark program makes too. */
export const running = (program = false): readonly string[] => [
  'run',
  program ? 'everything' : 'reports',
  ...through,
];

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export async function deaths(kind: SparkKind): Promise<Deaths> {
  const base = mkdtempSync(join(tmpdir(), 'daybook-deaths-'));
  symlinkSync(here('../../../../node_modules'), join(base, 'node_modules'));
  const spark = await startSharedSpark(kind, base);
  const environment = { ...sparkEnvironment(kind), ...spark.environment };
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  // Steps have the environment of the EMR, which is in this process.
  Object.assign(process.env, environment);
  const groups = new Set<ProcessGroup>();
  const start = (folder: string, words: readonly string[], place: Place): ProcessGroup => {
    const group = startGroup(here('../../bin/daybook.js'), words, folder, { DEATHS: JSON.stringify(place) });
    groups.add(group);
    void group.ended.then(() => groups.delete(group));
    return group;
  };
  const servers = new Set<EmrLocal>();
  const home = newFolder(base, 'home');
  const { code, text } = await start(home, running(), {}).ended;
  if (code !== 0) throw new Error(`A run on this machine exits ${code}: ${text}`);
  const right = await publishedIn(fileTargets({ root: join(home, 'data') }));
  const copied = right.get('totals/through=2018-07-03');
  if (copied === undefined) throw new Error('A run on this machine published no totals.');
  return {
    right: (program = false) => (program ? new Map([...right, ['copy/through=2018-07-03', copied]]) : right),
    project: async (name, { spot = false, beside } = {}) => {
      const folder = newFolder(base, name);
      const stateFolder = beside?.stateFolder ?? join(folder, 'emr');
      const server = beside?.server ?? (await startServer(stateFolder, spark.sparkSubmit));
      servers.add(server);
      const scratch = beside?.scratch ?? join(folder, 'scratch');
      const place: Place = { scratch: pathToFileURL(scratch).href, release: kind.release, spot };
      return {
        folder,
        scratch,
        server,
        stateFolder,
        daybook: (words, endpoint = server.url) => start(folder, words, { ...place, endpoint }),
        published: async () => await publishedIn(fileTargets({ root: join(folder, 'data') })),
        async close() {
          if (beside === undefined) await server.close();
          servers.delete(server);
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
    async remove() {
      for (const group of groups) group.kill();
      spark.stop();
      await Promise.all([...servers].map(async (server) => await server.close()));
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      rmSync(base, { recursive: true, force: true });
    },
  };
}

async function startServer(stateFolder: string, sparkSubmit: string): Promise<EmrLocal> {
  return await startEmrLocal({
    sparkSubmit,
    sparkMaster: 'local[2]',
    sparkConf: quickSparkConf,
    startSeconds: 0.3,
    bootstrapSeconds: 0.1,
    stopSeconds: 0.1,
    stateFolder,
  });
}

function newFolder(base: string, name: string): string {
  const folder = join(base, name);
  mkdirSync(join(folder, 'sales'), { recursive: true });
  for (const file of ['daybook.config.ts', 'copy_program.py']) copyFileSync(here(file), join(folder, file));
  const days = [['north 1.50', 'south 2.25'], ['north 7.00', 'west 3.00', 'south 0.10'], ['east 4.00']];
  for (const [index, sold] of days.entries()) {
    const lines = sold.map((each) => {
      const [shop, amount] = each.split(' ');
      return `${JSON.stringify({ shop, amount })}\n`;
    });
    writeFileSync(join(folder, 'sales', `2018-07-0${index + 1}.ndjson`), lines.join(''));
  }
  return folder;
}
