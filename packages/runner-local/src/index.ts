export { arrowTable, minorUnits } from './arrow-table.ts';
export type { PlainRow } from './arrow-table.ts';
export { localRunner } from './local-runner.ts';
export type { LocalRunnerOptions } from './local-runner.ts';
