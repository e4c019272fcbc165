// Starts a server under the guard and tells where it is, then waits to be killed.
import type { ServerKind } from './server-kinds.ts';
import { startServer } from './start-server.ts';

const program = `
  require('node:http')
    .createServer((_request, response) => response.end(String(process.pid)))
    .listen(Number(process.argv[1]), '127.0.0.1');
`;

const kind: ServerKind = {
  name: 'starter',
  version: '1',
  folder: '',
  program: process.execPath,
  words: (port) => ['--eval', program, String(port)],
  environment: {},
};
const { endpoint, folder } = await startServer(kind);
const pid = Number(await (await fetch(endpoint)).text());
process.stdout.write(JSON.stringify({ endpoint, pid, data: folder }));
setInterval(() => undefined, 60_000);
