/** A central scheduler in a process of its own, for the bench: `node … scheduler-server.ts STATE`. */
import { startScheduler } from '@daybook/scheduler';

const [state = ''] = process.argv.slice(2);
const server = await startScheduler({ state, port: 0, log: { level: 'silent' } });
process.stdout.write(`${server.url}\n`);
process.on('SIGTERM', () => void server.stop());
