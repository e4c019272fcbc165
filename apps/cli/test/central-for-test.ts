import { onTestFinished } from 'vitest';
import type { Ended, Project, Started } from './project.ts';
import { startIn } from './project.ts';

/** A central scheduler of a project, as its operators run it. */
export interface Central {
  readonly url: string;
  readonly server: Started;
  /** A command of an operator; the URL is added. */
  asked(...words: readonly string[]): Promise<Ended>;
  /** The same, and hands over the process. */
  asking(...words: readonly string[]): Started;
  /** Starts a worker; it has said that it works. */
  worker(...words: readonly string[]): Promise<Started>;
}

/** Makes tokens and starts `daybook serve`; what was started is killed when the test ends. */
export async function centralForTest(
  { folder, daybook }: Project,
  ...words: readonly string[]
): Promise<Central> {
  const tokenOf = async (role: string): Promise<string> =>
    (await daybook('token', 'create', '--role', role)).out.trim();
  const [operator, worker] = [await tokenOf('operator'), await tokenOf('worker')];
  const started = (token: string, given: readonly string[]): Started => {
    const each = startIn(folder, given, { environment: { DAYBOOK_TOKEN: token } });
    onTestFinished(async () => {
      each.process.kill('SIGKILL');
      await each.ended;
    });
    return each;
  };
  const server = started('', ['serve', '--port', '0', ...words]);
  const url = /"url":"([^"]+)"/.exec(await server.printed('"listening"'))?.[1] ?? '';
  const asking = (...given: readonly string[]): Started => started(operator, [...given, '--scheduler', url]);
  return {
    url,
    server,
    asking,
    asked: async (...given) => await asking(...given).ended,
    worker: async (...given) => {
      const each = started(worker, ['worker', '--scheduler', url, ...given]);
      await each.printed('"working"');
      return each;
    },
  };
}
