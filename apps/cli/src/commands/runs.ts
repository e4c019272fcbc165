import type { BareCommand } from '../bare-commands.ts';
import { wholeNumber } from '../arguments.ts';
import { aheadReport, runReport, runsReport, workersReport } from '../render/runs.ts';
import { reportText } from '../render/report.ts';
import { withScheduler } from '../scheduler-connection.ts';
import { DaybookError } from '@daybook/core';

/** `daybook runs [RUN]`: what goes on at a central scheduler. */
export const runsCommand: BareCommand = async ({ tasks: [id], options }, { out, outPaint }) => {
  const width = Math.min(out.width, 110);
  const nowMs = Date.now();
  const limit = wholeNumber('limit', options.limit, 20);
  return await withScheduler(options, async (client) => {
    if (id === undefined) {
      const { runs } = await client.runs({ limit });
      const { workers } = await client.workers();
      const { ahead } = await client.ahead();
      const paused = await client.paused();
      const reports = [
        runsReport(runs, paused, nowMs),
        workersReport(workers, nowMs),
        ...(ahead.length === 0 ? [] : [aheadReport(ahead)]),
      ];
      const texts = reports.map((report) => reportText({ report, width, paint: outPaint }));
      const document = { outcome: 'ok', runs, workers, ahead, paused };
      await out.write(options.json === true ? `${JSON.stringify(document)}\n` : texts.join('\n'));
      return 0;
    }
    const run = await client.run(id);
    if (run === undefined)
      throw new DaybookError('usage', `There is no run ${id}: daybook runs shows those there are.`);
    const tasks = (await client.tasks(id))?.tasks ?? [];
    const report = runReport(run, tasks, nowMs);
    await out.write(
      options.json === true
        ? `${JSON.stringify({ outcome: 'ok', run, tasks })}\n`
        : reportText({ report, width, paint: outPaint }),
    );
    return 0;
  });
};
