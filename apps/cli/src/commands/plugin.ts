import { DaybookError, withRunners } from '@daybook/core';
import type { CheckedConfig, Json, PluginCommand } from '@daybook/core';
import { reportText } from '../render/report.ts';
import type { Workplace } from '../workplace.ts';

/** `daybook emr clusters` and the like: what the runners of the configuration offer under these words. */
export async function pluginCommand(workplace: Workplace): Promise<number> {
  const { config, invocation, out, outPaint } = workplace;
  const [word] = invocation.tasks;
  const group = invocation.command;
  const { delete: wanted = false } = invocation.options;
  const commands = commandsOf(config, group, word);
  await withRunners(config.runners, async () => {
    const documents: Record<string, Json> = {};
    for (const { runner, command } of commands) {
      const report = await command.run({ delete: wanted });
      documents[runner] = report.document;
      const facts = { report, width: Math.min(out.width, 110), paint: outPaint };
      if (!workplace.json) await out.write(reportText(facts));
    }
    if (workplace.json) await out.write(`${JSON.stringify({ outcome: 'ok', runners: documents })}\n`);
  });
  return 0;
}

interface Offered {
  readonly runner: string;
  readonly command: PluginCommand;
}

/** The commands of these words, of every runner that has them. */
function commandsOf(config: CheckedConfig, group: string, word: string | undefined): readonly Offered[] {
  const offered = config.runners.flatMap(({ name, commands = [] }) =>
    commands.map((command) => ({ runner: name, command })),
  );
  const words = [...new Set(offered.map(({ command }) => command.words))].filter((each) =>
    each.startsWith(`${group} `),
  );
  if (words.length === 0)
    throw new DaybookError(
      'runner-missing',
      `No runner of the configuration offers daybook ${group}: add one that does to its \`runners\`.`,
    );
  const found = offered.filter(({ command }) => command.words === `${group} ${word ?? ''}`);
  if (found.length > 0) return found;
  const lines = words.map((each) => `daybook ${each}`).join(', ');
  throw new DaybookError('usage', `Say what of ${group}: ${lines}. See daybook ${group} --help.`);
}
