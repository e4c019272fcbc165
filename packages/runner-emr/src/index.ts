export type { LivingCluster } from './cluster/steps.ts';
