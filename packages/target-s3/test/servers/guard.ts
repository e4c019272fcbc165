// Runs a server for as long as whoever started this keeps its standard input open, then kills the server and removes its
// data: `guard.ts <folder of its data> <program> <words…>`. So nothing outlives a test run, however that ends.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const [data = '', program = '', ...words] = process.argv.slice(2);
const server = spawn(program, words, { stdio: ['ignore', 'ignore', 'inherit'] });

function end(): void {
  server.kill('SIGKILL');
}

process.stdin.on('end', end).on('close', end).on('error', end).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
server.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  rmSync(data, { recursive: true, force: true });
  process.exit(1);
});
server.on('exit', (code) => {
  rmSync(data, { recursive: true, force: true });
  process.exit(code ?? 0);
});
