export { startScheduler } from './start-scheduler.ts';
export type { ConnectionLimits, SchedulerServer, SchedulerServerOptions } from './start-scheduler.ts';
export { createToken, listTokens, removeToken, roles } from './tokens.ts';
export type { Role, TokenFacts } from './tokens.ts';
export type { Limits } from './http/handlers.ts';
export { openLog } from './logs.ts';
export type { LogOptions } from './logs.ts';
export type { MetricHooks } from './metrics.ts';
export { nextDueTimes } from './schedules/next-due-times.ts';
export type { NextDueTime } from './schedules/next-due-times.ts';
export { startSchedules } from './schedules/start-schedules.ts';
export type { Schedules, SchedulesOptions } from './schedules/start-schedules.ts';
export type { DueRun, RunCalls } from './schedules/end-of-run.ts';
export { schedulerClient, schedulerPort } from './client/scheduler-client.ts';
export type { SchedulerClient, SchedulerClientOptions } from './client/scheduler-client.ts';
export type {
  AheadDocument,
  AttemptsDocument,
  EndedAttempt,
  RunsDocument,
  TasksDocument,
  WorkersDocument,
} from './api/documents.ts';
