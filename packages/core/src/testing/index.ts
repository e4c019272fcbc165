export { memoryTargets } from './memory-targets.ts';
export type { MemoryTarget, MemoryTargetsOptions } from './memory-targets.ts';
export { seededRandom } from './seeded-random.ts';
export type { SeededRandom } from './seeded-random.ts';
