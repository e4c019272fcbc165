export { assert, AssertionError } from './assert.ts';
export { isBadEnd } from './attempt.ts';
export type { AttemptEnd } from './attempt.ts';
export {
  addDays,
  addMonths,
  dayIn,
  daysBetween,
  firstDayOf,
  isDay,
  isMonth,
  lastDayOf,
  monthOf,
  monthsBetween,
} from './calendar.ts';
export type { Day, Month } from './calendar.ts';
export {
  checkTasks,
  placeText,
  refusalText,
  refuseChecked,
  statementChecker,
  unknownToConfig,
} from './check.ts';
export type { CheckOutcome, TaskRefusal, TaskToCheck } from './check.ts';
export { closeRunners, withRunners } from './close-runners.ts';
export type { UnclosedRunner } from './close-runners.ts';
export { codeDigestOf, declarationOf, projectDigestOf } from './code-digest.ts';
export type { Declaration } from './code-digest.ts';
export { checkConfig, defineConfig, definitionOf } from './config.ts';
export type { AnyTaskDefinition, CheckedConfig, Config, RunnerChoice } from './config.ts';
export { everyRow, inSequence, noNulls, noRows, sameTotal, uniqueKey, zeroSum } from './control.ts';
export type { Check, Control, ControlResult } from './control.ts';
export { totalCosts } from './cost.ts';
export type { Cost } from './cost.ts';
export { dayOf, staleReason } from './decide.ts';
export type { PinnedInput, Reason, Wish } from './decide.ts';
export { canonicalJson, sha256 } from './digest.ts';
export { tried } from './doctor.ts';
export type { DoctorLine } from './doctor.ts';
export { DaybookError, errorExitCodes, isSystemError, reportOf, withoutStack } from './errors.ts';
export type { ErrorCode, ErrorReport } from './errors.ts';
export { clusterHours } from './events/cluster-hours.ts';
export type { ClusterHours } from './events/cluster-hours.ts';
export { eventKinds } from './events/event.ts';
export type {
  AttemptEndedEvent,
  AttemptStartedEvent,
  ClusterCreated,
  ClusterEnded,
  ControlFailed,
  DaybookEvent,
  DependencyMissingEvent,
  EventHandler,
  EventHandlers,
  EventKind,
  HandlerContext,
  Restated,
  RunEnded,
  RunStarted,
  TaskCounts,
} from './events/event.ts';
export { isOfHandler } from './events/handler-queue.ts';
export { openEvents } from './events/open-events.ts';
export type { Events, EventsOptions } from './events/open-events.ts';
export { sentenceOf } from './events/sentence.ts';
export { eventsOf } from './events/translate.ts';
export { watchRunners } from './events/watch-runners.ts';
export { webhook } from './events/webhook.ts';
export type { Webhook, WebhookOptions } from './events/webhook.ts';
export { fateOf, readVersions, versionOfAttempt } from './garbage.ts';
export type { AttemptFate, ReadVersions } from './garbage.ts';
export { graphOf, taskNodes } from './graph.ts';
export type { Graph, GraphNode } from './graph.ts';
export type {
  ArrowColumn,
  ArrowTable,
  CodeContext,
  CodeInput,
  CodeJob,
  ExpectedRow,
  FetchContext,
  Fetched,
  Job,
  JobKind,
  Json,
  LoadJob,
  RawFormat,
  RawFormatName,
  SparkJob,
} from './job.ts';
export { journalRuns, openJournal, readJournal } from './journal.ts';
export type { Journal, JournalEntry } from './journal.ts';
export { expiredBefore, findLeftovers, leastDaysToExpire, removeLeftover } from './leftovers.ts';
export type { Leftover, LeftoverFinding, LeftoverOptions, UnreadableVersions } from './leftovers.ts';
export { chainDigest, manifestBytes, parseManifest } from './manifest.ts';
export type { Manifest, Part, RecordedInput, RunnerFacts } from './manifest.ts';
export { inParallel, manifestStore } from './manifest-store.ts';
export type { ManifestStore, StoredManifest } from './manifest-store.ts';
export {
  boolean,
  choice,
  day,
  defaulted,
  integer,
  month,
  optional,
  since,
  text,
  yesterday,
} from './param.ts';
export type { Param, ParamKind, Params, ParamValue, Values, ValuesOf } from './param.ts';
export { isExternal, isWrapper, planOf } from './plan.ts';
export type { Plan, Planned, Situation } from './plan.ts';
export { commandText, parametersIn } from './command-text.ts';
export type { CommandReport, PluginCommand } from './plugin-command.ts';
export { publish } from './publish.ts';
export { workForScheduler } from './remote-worker.ts';
export type { RemoteWorkerOptions } from './remote-worker.ts';
export { checkWorkers, exitCodeOf, run, submissionOf } from './run.ts';
export type { RunAttempt, RunObserver, RunOptions, RunResult } from './run.ts';
export type {
  Outcome,
  Progress,
  RowsOptions,
  RunContext,
  Runner,
  RunnerEvent,
  Work,
  WorkInput,
} from './runner.ts';
export type { Schedule } from './schedule.ts';
export { checkRequest } from './scheduler/check-request.ts';
export { isGood } from './scheduler/entry.ts';
export type {
  BeatenResponse,
  BeatRequest,
  CancelRequest,
  Lease,
  NextRequest,
  PauseRequest,
  ProjectRef,
  Refused,
  ReportedResponse,
  ReportRequest,
  Request,
  Response,
  RetryRequest,
  SubmitRequest,
  SubmittedResponse,
  SubmittedTask,
  TaskEnd,
  TimeRequest,
  WorkResponse,
} from './scheduler/protocol.ts';
export { Scheduler } from './scheduler/scheduler.ts';
export type { SchedulerOptions } from './scheduler/scheduler.ts';
export type { SchedulerState } from './scheduler/state.ts';
export { outcomeOf } from './scheduler/view.ts';
export type {
  AheadView,
  AttemptEnded,
  AttemptStarted,
  DependencyMissing,
  PausedView,
  RunOutcome,
  RunView,
  SchedulerEvent,
  TaskState,
  TaskStatus,
  TaskView,
  WorkerView,
} from './scheduler/view.ts';
export { askAgainMs, isUnreachable } from './scheduler-port.ts';
export type { SchedulerPort } from './scheduler-port.ts';
export { decimalOf, files, table } from './schema.ts';
export type { Columns, ColumnType, FilesOutput, Output, TableOutput } from './schema.ts';
export { prepare } from './situation.ts';
export type { Asked, Prepared } from './situation.ts';
export type { Refusal, Relation, Statement } from './sql/check.ts';
export { sparkFile } from './spark-file.ts';
export type { SparkFile } from './spark-file.ts';
export { sqlType, timestampText } from './sql/columns.ts';
export { compileControl, readsExpected } from './sql/control.ts';
export type { CompiledControl } from './sql/control.ts';
export { controlResult, mostGroupsAsFigures, mostOffenders } from './sql/control-result.ts';
export type { GroupTotals, MeasuredControl } from './sql/control-result.ts';
export { quoteName, quoteText } from './sql/dialect.ts';
export type { Dialect } from './sql/dialect.ts';
export { filesFingerprint, rowSumsQuery, tableFingerprint } from './sql/fingerprint.ts';
export type { RowSums } from './sql/fingerprint.ts';
export { rowLinesQuery } from './sql/rows.ts';
export { isSqlText, param, renderSql, sql, sqlTemplate } from './sql/statement.ts';
export type { ParamReference, SqlText, TextPlace } from './sql/statement.ts';
export { refusedFunctions, subsetFunctions, subsetIntervals, subsetTypes } from './sql/subset.ts';
export type { SubsetArgument, SubsetFunction, SubsetRefusal } from './sql/subset.ts';
export { statementsOf } from './statements.ts';
export type { PlacedStatement, TaskStatements, UnknownReference } from './statements.ts';
export {
  attemptPath,
  attemptToken,
  manifestPath,
  versionOfManifest,
  versionOfToken,
  versionText,
} from './target.ts';
export type { AttemptRef, AttemptToken, Range, Stage, StagedFile, Target } from './target.ts';
export {
  columnsOf,
  defineTask,
  joinTaskId,
  listOf,
  parseValues,
  splitTaskId,
  taskOf,
  tasksOf,
} from './task.ts';
export type {
  Input,
  Inputs,
  Refetch,
  Task,
  TaskDefinition,
  TaskId,
  TaskList,
  TaskName,
  TaskSpec,
} from './task.ts';
export {
  fingerprintedFrom,
  readFilesFingerprint,
  sameContents,
  verifyFingerprint,
} from './verify-fingerprint.ts';
export type { FingerprintedFrom, MadeFingerprint } from './verify-fingerprint.ts';
export { distinctParts, verifyChain, verifyInputs, verifyPart } from './verify.ts';
export type { Finding, FindingKind, ReadPart, VerifiedChain } from './verify.ts';
export { pause, processTimer } from './timer.ts';
export type { Timer } from './timer.ts';
export { projectOf, submitRun } from './submitted-run.ts';
export type { BoardTasks, RunBoard, SubmittedRunOptions } from './submitted-run.ts';
export { work } from './worker.ts';
export type { WorkerOptions } from './worker.ts';
