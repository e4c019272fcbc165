import type { Step } from '../service/records.ts';
import { present, seconds } from './write.ts';

/** A step as `ListSteps` shows it. */
export function stepSummary(step: Step) {
  const { id, config, actionOnFailure } = step;
  const { Jar, MainClass, Args = [], Properties = [] } = config.HadoopJarStep;
  const properties = Properties.map(({ Key = '', Value = '' }) => [Key, Value]);
  const own = config.StepMonitoringConfiguration?.S3MonitoringConfiguration;
  return present({
    Id: id,
    Name: config.Name,
    Config: present({ Jar, Properties: Object.fromEntries(properties) as unknown, MainClass, Args }),
    ActionOnFailure: actionOnFailure,
    Status: statusOf(step),
    LogUri: own?.LogUri,
    EncryptionKeyArn: own?.EncryptionKeyArn,
  });
}

/** A step as `DescribeStep` shows it. */
export function stepDetail(step: Step) {
  return present({ ...stepSummary(step), ExecutionRoleArn: step.executionRoleArn });
}

function statusOf({ state, failure, createdMs, startedMs, endedMs }: Step) {
  return present({
    State: state,
    StateChangeReason: {},
    FailureDetails:
      failure && present({ Reason: failure.reason, Message: failure.message, LogFile: failure.logFile }),
    Timeline: present({
      CreationDateTime: seconds(createdMs),
      StartDateTime: seconds(startedMs),
      EndDateTime: seconds(endedMs),
    }),
  });
}
