import { mkdir, mkdtemp, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { CheckedConfig, Day, DoctorLine, Target, TaskDefinition } from '@daybook/core';
import { DaybookError, dayIn, isDay, reportOf, tried, withRunners } from '@daybook/core';
import { inTime } from '../in-time.ts';
import type { Invocation } from '../invocation.ts';
import type { LoadedConfig } from '../load-config.ts';
import { isDaybookError, loadConfig } from '../load-config.ts';
import { scheduleLines } from '../planned-schedules.ts';
import type { DoctorSection } from '../render/doctor.ts';
import { doctorDocument, doctorText } from '../render/doctor.ts';
import { counted } from '../render/ranges.ts';
import type { Streams } from '../workplace.ts';

/** How far the clocks of this process and of a file system may be apart. */
const mostClockSkewMs = 5000;
/** How long a plugin may take to answer. */
const longestMs = 30_000;
const failedExitCode = 3;
const configurationExitCode = 2;

/** `daybook doctor`: tries out what Daybook needs here, and says of what does not work what to do about it. */
export async function doctorCommand(invocation: Invocation, { out, outPaint }: Streams): Promise<number> {
  const { options } = invocation;
  if (options.today !== undefined && !isDay(options.today))
    throw new DaybookError('usage', `--today ${options.today} is not a day of the form YYYY-MM-DD.`);
  const loaded = await loadedOr(options.config);
  const zone = ('config' in loaded ? loaded.config.zone : undefined) ?? 'UTC';
  const now = dayIn(zone, Date.now());
  const sections: DoctorSection[] = [
    {
      title: 'Configuration',
      lines: [nodeLine(), ...(await configurationLines(loaded, options.today ?? now))],
    },
    { title: 'Clock', lines: [todayLine(now, zone, options.today), await clockLine()] },
  ];
  if ('config' in loaded) {
    sections.push({ title: 'Journals', lines: [await journalLine(loaded.stateFolder)] });
    sections.push(...(await pluginSections(loaded.config)));
  }
  const facts = { sections, width: Math.min(out.width, 110), paint: outPaint };
  await out.write(
    options.json === true ? `${JSON.stringify(doctorDocument(sections))}\n` : doctorText(facts),
  );
  const broken = sections.filter(({ lines }) => lines.some(({ ok }) => !ok));
  if (broken.some(({ title }) => title === 'Configuration')) return configurationExitCode;
  return broken.length > 0 ? failedExitCode : 0;
}

type Loaded = LoadedConfig | { readonly error: unknown };

async function loadedOr(given: string | undefined): Promise<Loaded> {
  try {
    return await loadConfig(given, process.cwd());
  } catch (error) {
    return { error };
  }
}

function nodeLine(): DoctorLine {
  // The command itself refuses to start on an older one.
  return { what: 'Node', ok: true, detail: process.version };
}

async function configurationLines(loaded: Loaded, today: Day): Promise<readonly DoctorLine[]> {
  if ('error' in loaded) {
    const missing = isDaybookError(loaded.error) && loaded.error.code === 'config-not-found';
    const remedy = missing
      ? 'daybook init FOLDER makes a new project.'
      : 'The targets and runners can be tried out once it can be loaded.';
    return [{ what: 'configuration', ok: false, detail: reportOf(loaded.error).message, remedy }];
  }
  const { config, path } = loaded;
  const near = relative(process.cwd(), path);
  const names = config.runners.map(({ name }) => name).join(', ');
  return [
    { what: 'configuration', ok: true, detail: near.startsWith('..') ? path : near },
    { what: 'tasks', ok: true, detail: counted(config.definitions.size, 'task') },
    ...runnerLines(config, names),
    ...(await scheduleLines(config, today)),
  ];
}

/** Every task has a runner; the first that has none is named. */
function runnerLines(config: CheckedConfig, names: string): readonly DoctorLine[] {
  const without = [...config.definitions.values()].flatMap((definition): readonly DoctorLine[] => {
    const refused = refusalOf(config, definition);
    return refused === undefined
      ? []
      : [
          {
            what: 'runners',
            ok: false,
            detail: refused,
            remedy: `Those that are there: ${names}.`,
          },
        ];
  });
  return without.length > 0
    ? without
    : [{ what: 'runners', ok: true, detail: `${names}: every task with a job has one` }];
}

function refusalOf(config: CheckedConfig, definition: TaskDefinition): string | undefined {
  try {
    config.runnerOf(definition);
    return undefined;
  } catch (error) {
    return reportOf(error).message;
  }
}

function todayLine(now: Day, zone: string, given: Day | undefined): DoctorLine {
  const detail = given === undefined ? `${now} in ${zone}` : `${given}, as --today says (${now} in ${zone})`;
  return { what: 'today', ok: true, detail };
}

/** Holds the clock of this process against that of a file system, which another machine may keep. */
async function clockLine(): Promise<DoctorLine> {
  const remedy = 'Let a time service such as NTP set the clocks: which day is today hangs on them.';
  return await tried('clock', remedy, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daybook-doctor-'));
    try {
      const beforeMs = Date.now();
      await writeFile(join(folder, 'now'), '');
      const writtenMs = (await stat(join(folder, 'now'))).mtimeMs;
      const skewMs = Math.max(beforeMs - writtenMs, writtenMs - Date.now(), 0);
      const now = new Date(beforeMs).toISOString().replace(/\.\d+Z$/, 'Z');
      if (skewMs <= mostClockSkewMs) return `${now}, and the file system agrees`;
      throw new DaybookError(
        'usage',
        `It is ${now} here, and ${new Date(writtenMs).toISOString()} on the file system of ${tmpdir()}.`,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function journalLine(stateFolder: string): Promise<DoctorLine> {
  const remedy = 'Let this user write there. Runs go on without journals; why and history then know less.';
  return await tried('folder', remedy, async () => {
    const folder = join(stateFolder, 'runs');
    const made = await mkdir(folder, { recursive: true });
    const probe = await mkdtemp(join(folder, 'doctor-'));
    await rmdir(probe);
    if (made !== undefined) await rm(made, { recursive: true });
    return `${folder} can be written`;
  });
}

async function pluginSections(config: CheckedConfig): Promise<readonly DoctorSection[]> {
  const { targets, runners } = config;
  const sections: DoctorSection[] = [{ title: `Target ${targets.name}`, lines: await targetLines(targets) }];
  await withRunners(config.runners, async () => {
    for (const runner of runners) {
      if (runner.doctor !== undefined)
        sections.push({ title: `Runner ${runner.name}`, lines: await linesOf(runner.doctor) });
    }
  });
  return sections;
}

/** The target's own findings, and whether it answers at all. */
async function targetLines(target: Target): Promise<readonly DoctorLine[]> {
  const own = target.doctor === undefined ? [] : await linesOf(target.doctor);
  if (own.some(({ ok }) => !ok)) return own;
  const listed = async (): Promise<string> => {
    let count = 0;
    for await (const _ of target.taskNames()) count += 1;
    return count === 0 ? 'nothing yet' : `versions of ${counted(count, 'task name')}`;
  };
  const remedy = 'See to the place where the data lives.';
  return [...own, await tried('stored', remedy, async () => await inTime(longestMs, listed))];
}

/** What a plugin tells; that it throws, or tells nothing, is a finding too. */
async function linesOf(doctor: () => Promise<readonly DoctorLine[]>): Promise<readonly DoctorLine[]> {
  try {
    return await inTime(longestMs, doctor);
  } catch (error) {
    return [
      { what: 'doctor', ok: false, detail: reportOf(error).message, remedy: 'See to it, then ask again.' },
    ];
  }
}
