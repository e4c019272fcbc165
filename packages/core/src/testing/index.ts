export type { Expect, Gaps, LawFramework } from './law.ts';
export { memoryTargets } from './memory-targets.ts';
export type { MemoryTarget, MemoryTargetsOptions } from './memory-targets.ts';
export { seededRandom } from './seeded-random.ts';
export type { SeededRandom } from './seeded-random.ts';
export { targetLaws } from './target-laws.ts';
export type { OpenTarget, TargetLawOptions } from './target-laws.ts';
