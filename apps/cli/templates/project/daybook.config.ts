/** Wires together where the data lives, where jobs run, and what the tasks are. It does nothing else. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from '@daybook/core';
import { localRunner } from '@daybook/runner-local';
import { fileTargets } from '@daybook/target-file';
import { tasksOf } from './tasks/tasks.ts';

export default defineConfig({
  targets: fileTargets({ root: new URL('./data', import.meta.url) }),
  runners: [localRunner()],
  tasks: Object.values(tasksOf(fileURLToPath(new URL('./exchange', import.meta.url)))),
});
