export { fileTargets } from './file-targets.ts';
export type { FileTargetsOptions } from './file-targets.ts';
