export { realClock, virtualClock, type Clock } from './clock.ts';
export { EmrLocalError, type EmrLocalErrorCode } from './errors.ts';
export { faultKinds, type Fault, type FaultKind, type Faults } from './faults.ts';
export type { ServedRequest } from './protocol/serve.ts';
export { startEmrLocal, type EmrLocal, type EmrLocalOptions } from './protocol/server.ts';
export type { EmrLocalState } from './protocol/state.ts';
export type { DelayOptions } from './service/delays.ts';
export { findSparkSubmit } from './steps/find-spark-submit.ts';
