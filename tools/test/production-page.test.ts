import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorExitCodes } from '@daybook/core';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { commandSpecs, globalOptions } from '../../apps/cli/src/commands.ts';
import { root } from '../documents/blocks.ts';

const page = textOf('docs/production.md');
const metricsSource = textOf('packages/scheduler/src/metrics.ts');
const metrics = [...metricsSource.matchAll(/name: '(daybook_\w+)'/g)].map(([, name = '']) => name);
const deployed = readdirSync(join(root, 'deploy')).toSorted();

describe('docs/production.md names', () => {
  test('every metric that there is, and no other', () => {
    expect(metrics.length).toBeGreaterThan(0);
    expect(metricsIn(page.split('## Figures and alarms')[1] ?? '')).toEqual(metrics.toSorted());
  });

  test('flags of the commands alone', () => {
    const flags = new Set(Object.keys(globalOptions));
    for (const { options } of commandSpecs) for (const name of Object.keys(options)) flags.add(name);
    const ranges = ['through', 'date', 'from'];
    const told = commandLines(page).flatMap((line) =>
      [...line.matchAll(/ --([a-z][a-z-]*)/g)].map(([, flag = '']) => flag),
    );
    expect(told.length).toBeGreaterThan(10);
    expect(told.filter((flag) => !flags.has(flag) && !ranges.includes(flag))).toEqual([]);
  });

  test('commands that there are', () => {
    const commands = new Set<string>(commandSpecs.map(({ name }) => name));
    const told = [...page.matchAll(/(?:^|[`( ])daybook ([a-z]+)(?=[ `])/gm)].map(([, name = '']) => name);
    expect(new Set(told).size).toBeGreaterThan(8);
    expect(told.filter((name) => !commands.has(name))).toEqual([]);
  });

  test('every file of deploy', () => {
    const told = [...page.matchAll(/\]\(\.\.\/deploy\/([^)]+)\)/g)].map(([, name = '']) => name);
    const units = deployed.filter((name) => page.includes(name) || told.includes(name));
    expect(units).toEqual(deployed);
  });

  test('codes of errors that there are', () => {
    const codes = Object.keys(errorExitCodes);
    const words = [...page.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, word = '']) => word);
    // The rest are events of the log, and one outcome of attempts.
    const others = [...eventsOfTheLog(), 'timed-out'];
    expect(words.filter((word) => !codes.includes(word) && !others.includes(word))).toEqual([]);
    for (const code of ['state-in-use', 'state-too-new', 'state-damaged', 'no-worker', 'write-failed'])
      expect(words).toContain(code);
  });

  test('exit codes that there are', () => {
    const rows = [...page.matchAll(/^\| (\d+) +\| (.+?) +\|/gm)];
    const codes = new Set<number>([0, 1, 130, ...Object.values(errorExitCodes)]);
    expect(rows.length).toBeGreaterThan(5);
    for (const [, code] of rows) expect(codes).toContain(Number(code));
  });

  test('problems and routes that there are', () => {
    const routes = textOf('packages/scheduler/src/api/routes.ts');
    const told = [...page.matchAll(/`(\/(?:v1\/\w+|metrics|healthz|readyz))`/g)].map(([, path = '']) => path);
    expect(told).toContain('/metrics');
    expect(told.filter((path) => !routes.includes(`'${path}'`))).toEqual([]);
  });

  test('the files of the state folder by their names', () => {
    const [section = ''] = (page.split('## Backup and restore\n')[1] ?? '').split(/^## /m);
    const told = [...section.matchAll(/^\| (`.+?) +\|/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`([\w.]+)\/?`/g)].map(([, name = '']) => name),
    );
    const sources = ['store/lock.ts', 'store/store.ts', 'store/acknowledged.ts', 'tokens.ts'];
    const source = sources.map((path) => textOf(`packages/scheduler/src/${path}`)).join('');
    const kept = [...source.matchAll(/join\((?:folder|state), '([^']+)'\)/g)].map(([, name = '']) => name);
    expect(kept.length).toBeGreaterThan(3);
    // The schedules keep theirs in a file of their own.
    expect(told.toSorted()).toEqual([...new Set([...kept, 'schedules.json'])].toSorted());
  });
});

describe('the events of the log', () => {
  test('are told, and no other', () => {
    const [, table = ''] = /\n(\| event [^]*?)\n\n/.exec(page) ?? [];
    const told = [...table.matchAll(/^\| (.+?) +\| (?:scheduler|worker|both)/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => name),
    );
    expect(told.length).toBeGreaterThan(8);
    expect(told.filter((name) => !eventsOfTheLog().includes(name))).toEqual([]);
  });
});

describe('the alarms', () => {
  const rules = rulesIn('deploy/prometheus-rules.yaml');

  test('have a section of the page each, in their order, and there is no other', () => {
    const [, part = ''] = page.split('## Figures and alarms');
    const [alarms = ''] = part.split(/^## /m);
    expect([...alarms.matchAll(/^### (\w+)$/gm)].map(([, name]) => name)).toEqual(
      rules.map(({ alert }) => alert),
    );
  });

  test.each(rules)('$alert takes metrics that there are', ({ expr }) => {
    expect(metricsIn(expr).filter((name) => !metrics.includes(name))).toEqual([]);
    const others = [...expr.matchAll(/\b(?:node_\w+|up)(?=[{ ])/g)];
    expect(metricsIn(expr).length + others.length).toBeGreaterThan(0);
  });

  test.each(rules)('$alert leads to its section', ({ alert, annotations }) => {
    expect(annotations.runbook).toBe(`docs/production.md#${alert.toLowerCase()}`);
    expect(annotations.summary).toMatch(/\.$/);
  });

  test('of outcomes of runs and attempts take those that there are', () => {
    const outcomes = rules.flatMap(({ expr }) =>
      [...expr.matchAll(/outcome="([a-z-]+)"/g)].map(([, one]) => one),
    );
    const known = ['ok', 'blocked', 'failed', 'waiting', 'cancelled', 'lost'];
    expect(outcomes.filter((one) => !known.includes(one ?? ''))).toEqual([]);
  });
});

describe('deploy', () => {
  test('starts what there is, with flags that there are', () => {
    const lines = deployed.flatMap((name) => commandLines(textOf(`deploy/${name}`).replaceAll(/", "/g, ' ')));
    const specs = new Map(commandSpecs.map(({ name, options }) => [String(name), Object.keys(options)]));
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const [, name = '', words = ''] = /daybook (\w+)(.*)/.exec(line) ?? [];
      const flags = [...words.matchAll(/ --([a-z-]+)/g)].map(([, flag = '']) => flag);
      expect(specs.get(name), line).toEqual(expect.arrayContaining(flags));
    }
  });

  test('shows the page the Caddyfile as it is, without its comments', () => {
    const bare = textOf('deploy/Caddyfile')
      .replaceAll(/^\s*#.*\n/gm, '')
      .trim();
    expect(page).toContain(`\`\`\`text\n${bare}\n\`\`\``);
  });

  test('shows the page lines of nginx.conf that stand there', () => {
    const [, shown = ''] = /```text\n(client_max_body_size[^]*?)```/.exec(page) ?? [];
    const lines = new Set(
      textOf('deploy/nginx.conf')
        .split('\n')
        .map((line) => line.trim()),
    );
    expect(shown.trim()).not.toBe('');
    for (const line of shown.trim().split('\n')) expect(lines).toContain(line.trim());
  });

  test('has proxies that take the bodies and the waits that the scheduler takes', () => {
    const server = textOf('packages/scheduler/src/start-scheduler.ts');
    expect(server).toContain('operatorBodyBytes: 64 * 1024 ** 2');
    expect(server).toContain('idleMs: 75_000');
    expect(textOf('deploy/nginx.conf')).toContain('client_max_body_size 64m;');
    expect(textOf('deploy/Caddyfile')).toContain('max_size 64MiB');
  });

  test('has a compose file whose parts are there', () => {
    const { services, volumes, secrets } = yaml('deploy/compose.yaml') as Compose;
    expect(Object.keys(services)).toEqual(['scheduler', 'worker']);
    const stages = [...textOf('deploy/Dockerfile').matchAll(/^FROM \S+ AS (\w+)$/gm)].map(([, name]) => name);
    for (const service of Object.values(services)) {
      expect(stages).toContain(service.build.target);
      for (const secret of service.secrets ?? []) expect(Object.keys(secrets)).toContain(secret);
      const named = service.volumes.map((each) => each.split(':')).filter((parts) => parts.length > 1);
      for (const [volume] of named) expect(Object.keys(volumes)).toContain(volume);
    }
    expect(services['worker']?.deploy?.replicas).toBe(2);
  });

  test('keeps every secret out', () => {
    for (const name of deployed)
      expect(textOf(`deploy/${name}`)).not.toMatch(/daybook_(worker|operator|reader)_[\w-]{20}/);
  });
});

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly build: { readonly target: string };
        readonly secrets?: readonly string[];
        readonly volumes: readonly string[];
        readonly deploy?: { readonly replicas: number };
      }
    >
  >;
  readonly volumes: object;
  readonly secrets: object;
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

function rulesIn(path: string): readonly Rule[] {
  const { groups } = yaml(path) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

function yaml(path: string): unknown {
  return parse(textOf(path), { merge: true });
}

function metricsIn(text: string): readonly string[] {
  const names = [...text.matchAll(/\bdaybook_[a-z_]+/g)].map(([name]) => name);
  return [...new Set(names)].toSorted();
}

/** The lines that call `daybook`, each from there on. */
function commandLines(text: string): readonly string[] {
  return [...text.matchAll(/(?<![\w/.-])(?:\S*\.bin\/)?daybook (?:[a-z]+)\b[^`\n|)]*/g)]
    .map(([line]) => line)
    .filter((line) => commandSpecs.some(({ name }) => new RegExp(`daybook ${name}\\b`).test(line)));
}

function eventsOfTheLog(): readonly string[] {
  const sources = [
    'packages/scheduler/src/start-scheduler.ts',
    'packages/scheduler/src/engine.ts',
    'packages/scheduler/src/schedules/start-schedules.ts',
    'packages/scheduler/src/schedules/end-of-run.ts',
    'apps/cli/src/commands/serve.ts',
    'apps/cli/src/commands/worker.ts',
  ].map(textOf);
  const logged = sources.flatMap((source) =>
    [...source.matchAll(/'([a-z-]+)',?\s*\)|: '(schedule-[a-z-]+)'/g)].map(
      ([, name, kind]) => name ?? kind ?? '',
    ),
  );
  // The kinds of events of core are logged under their own names.
  return [...logged, 'run-ended', 'attempt-started', 'attempt-ended'];
}

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
