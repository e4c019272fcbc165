/** A server in a process of its own, to be killed: `node --conditions=daybook-source serve.ts STATE [SNAPSHOT-BYTES]`. */
import { writeSync } from 'node:fs';
import { startScheduler } from '../src/index.ts';

const [state = '', snapshotBytes = '4194304'] = process.argv.slice(2);
const server = await startScheduler({
  state,
  port: 0,
  snapshotBytes: Number(snapshotBytes),
  log: { level: 'silent' },
});
writeSync(1, `${server.url}\n`);
process.on('SIGTERM', () => void server.stop());
