import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measured } from '../process-tree.ts';
import { accountsOf, dataFolder, exchangeDays, openProject } from '../project.ts';
import type { Case } from '../result.ts';
import { seconds } from '../result.ts';
import { bigDay, bigDayCustomers, bigDayPostings } from './big-day.ts';

const scripts = fileURLToPath(new URL('../peers/', import.meta.url));
const peers = { 'Luigi with PyArrow': 'luigi_day.py', 'Dagster with DuckDB': 'dagster_day.py' };

/** The same day by others, who control nothing: Python with what `peers/requirements.txt` pins, in an environment of its own. */
export const peersCase: Case = {
  name: 'peers',
  async run() {
    const python = environment();
    const exchange = exchangeDays(bigDay, bigDay, bigDayPostings, bigDayCustomers);
    const file = join(exchange, `${bigDay}.ndjson`);
    const project = openProject(accountsOf(exchange, bigDay));
    try {
      const ours = await project.daybook(
        'run',
        'daily-accounting',
        '--date',
        bigDay,
        '--today',
        '2018-08-01',
      );
      const results = [];
      for (const [name, script] of Object.entries(peers)) {
        const folder = join(project.folder, script.replace('.py', ''));
        mkdirSync(folder);
        const { wallMs } = await measured(python, [join(scripts, script), file, folder]);
        const figure = `${seconds(wallMs)}; Daybook ${seconds(ours.wallMs)}, ${(ours.wallMs / wallMs).toFixed(2)} ×`;
        results.push({ what: `the same day on ${name}, no control`, figure, bar: 'for scale', holds: true });
      }
      return results;
    } finally {
      project.remove();
    }
  },
};

/** Makes the Python environment unless it is there. */
function environment(): string {
  const folder = join(dataFolder, 'python');
  const python = join(folder, 'bin/python');
  if (existsSync(python)) return python;
  for (const [command, args] of [
    ['python3', ['-m', 'venv', folder]],
    [python, ['-m', 'pip', 'install', '--quiet', '-r', join(scripts, 'requirements.txt')]],
  ] as const) {
    const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? status}`);
  }
  return python;
}
