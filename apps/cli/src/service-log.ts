import { DaybookError } from '@daybook/core';
import type { LogOptions } from '@daybook/scheduler';
import { openLog } from '@daybook/scheduler';
import type { Options } from './invocation.ts';
import { logLineText } from './terminal/log-lines.ts';
import type { Streams } from './workplace.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** How a process that stays logs: text on a terminal, else a JSON document a line. */
export function serviceLogOptions({ log = 'info', json }: Options, { out, outPaint }: Streams): LogOptions {
  const level = levels.find((each) => each === log);
  if (level === undefined) throw new DaybookError('usage', `--log ${log} is none of ${levels.join(', ')}.`);
  const asText = out.terminal && json !== true;
  return {
    level,
    to: { write: (line: string) => void out.write(asText ? `${logLineText(line, outPaint)}\n` : line) },
  };
}

export type ServiceLog = ReturnType<typeof openLog>;

export function openServiceLog(options: Options, streams: Streams): ServiceLog {
  return openLog(serviceLogOptions(options, streams));
}
