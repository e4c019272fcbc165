import type { BareCommandName } from './bare-commands.ts';
import { bareCommandOf, isBare } from './bare-commands.ts';
import type { CommandLine } from './command-line.ts';
import { endWhenInterrupted } from './interrupts.ts';
import type { CommandName, Invocation } from './invocation.ts';
import type { Output } from './terminal/output.ts';
import { outputOf } from './terminal/output.ts';
import type { Command, Streams } from './workplace.ts';

/** The commands that have something to put in order when they are interrupted. */
const putsInOrder: readonly CommandName[] = ['run', 'export', 'serve', 'worker'];

/** Runs the command that `words` say and ends the process with its exit code. */
export async function main(words: readonly string[]): Promise<void> {
  const out = outputOf(process.stdout, 'result');
  const err = outputOf(process.stderr, 'progress');
  process.on('uncaughtException', (error) => void endWith(error, words, out, err));
  process.exit(await daybook(words, out, err));
}

async function endWith(error: unknown, words: readonly string[], out: Output, err: Output): Promise<void> {
  const { isOfHandler } = await import('@daybook/core');
  if (isOfHandler(error)) return;
  const { reportError } = await import('./report-error.ts');
  process.exit(await reportError(error, words, out, err));
}

async function daybook(words: readonly string[], out: Output, err: Output): Promise<number> {
  try {
    if (words[0] === '--complete') {
      const { complete } = await import('./commands/completion.ts');
      return await complete(words.slice(1), out);
    }
    const { parseCommandLine } = await import('./command-line.ts');
    const line: CommandLine = parseCommandLine(words, out.width);
    if (line.kind === 'command') return await runCommand(line.invocation, out, err);
    await out.write(`${line.text}\n`);
    return 0;
  } catch (error) {
    const { reportError } = await import('./report-error.ts');
    return await reportError(error, words, out, err);
  }
}

async function runCommand(invocation: Invocation, out: Output, err: Output): Promise<number> {
  const [{ openWorkplace }, { paintFor }] = await Promise.all([
    import('./workplace.ts'),
    import('./terminal/paint.ts'),
  ]);
  const streams: Streams = {
    out,
    err,
    outPaint: paintFor(out, process.env),
    errPaint: paintFor(err, process.env),
  };
  if (!putsInOrder.includes(invocation.command)) endWhenInterrupted();
  if (isBare(invocation.command)) return await (await bareCommandOf(invocation.command))(invocation, streams);
  const command = await commandOf(invocation.command);
  return await command(await openWorkplace(invocation, streams));
}

async function commandOf(command: Exclude<CommandName, BareCommandName>): Promise<Command> {
  switch (command) {
    case 'run':
      return (await import('./commands/run.ts')).runCommand;
    case 'plan':
      return (await import('./commands/plan.ts')).planCommand;
    case 'status':
      return (await import('./commands/status.ts')).statusCommand;
    case 'why':
      return (await import('./commands/why.ts')).whyCommand;
    case 'history':
      return (await import('./commands/history.ts')).historyCommand;
    case 'show':
      return (await import('./commands/show.ts')).showCommand;
    case 'export':
      return (await import('./commands/export.ts')).exportCommand;
    case 'graph':
      return (await import('./commands/graph.ts')).graphCommand;
    case 'check':
      return (await import('./commands/check.ts')).checkCommand;
    case 'verify':
      return (await import('./commands/verify.ts')).verifyCommand;
    case 'gc':
      return (await import('./commands/gc.ts')).gcCommand;
    case 'serve':
      return (await import('./commands/serve.ts')).serveCommand;
    case 'worker':
      return (await import('./commands/worker.ts')).workerCommand;
    case 'emr':
      return (await import('./commands/plugin.ts')).pluginCommand;
  }
}
