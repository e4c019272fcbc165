import { DaybookError } from '@daybook/core';
import type { LogOptions } from '@daybook/scheduler';
import type { Options } from './invocation.ts';
import { logLevels } from './production-specs.ts';
import { logLineText } from './terminal/log-lines.ts';
import type { Streams } from './workplace.ts';

/** How a process that stays logs: text on a terminal, else a JSON document a line. */
export function serviceLogOptions({ log = 'info', json }: Options, { out, outPaint }: Streams): LogOptions {
  const level = logLevels.find((each) => each === log);
  if (level === undefined)
    throw new DaybookError('usage', `--log ${log} is none of ${logLevels.join(', ')}.`);
  const asText = out.terminal && json !== true;
  return {
    level,
    to: { write: (line: string) => void out.write(asText ? `${logLineText(line, outPaint)}\n` : line) },
  };
}
