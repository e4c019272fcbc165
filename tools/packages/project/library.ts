/** Runs a task with no configuration file and no command, and prints its rows. */
import { checkConfig, columnsOf, manifestStore, run } from '@daybook/core';
import { memoryTargets } from '@daybook/core/testing';
import { localRunner } from '@daybook/runner-local';
import { doubled, prices } from './tasks.ts';

const [targets, runner] = [memoryTargets(), localRunner({ isolation: 'none' })];
const config = checkConfig({ targets, runners: [runner], tasks: [prices, doubled] }, 'of this program');
const task = doubled({ date: '2018-07-24' });
const { outcome } = await run({ config, roots: [task], today: '2018-07-25', workers: 2 });
const published = (await manifestStore(targets).current(task.id))?.manifest;
process.stdout.write(`${outcome}, ${published?.rows} row of ${Object.keys(columnsOf(task)).join(', ')}\n`);
