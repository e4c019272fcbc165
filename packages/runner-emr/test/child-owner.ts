// An owner in a process of its own: `child-owner.ts <endpoint> <scratch>`. It runs a step that does not end, says so, and waits.
import { checkedEmrOptions } from '../src/check-options.ts';
import { openEmr } from '../src/cluster/emr.ts';
import { stepService } from '../src/cluster/step-service.ts';
import { openDocuments } from '../src/documents/open-documents.ts';

const [endpoint = '', scratch = ''] = process.argv.slice(2);
const options = checkedEmrOptions({
  cluster: {},
  scratch,
  endpoint,
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  pollMs: 50,
});
const service = stepService({ options, emr: openEmr(options), documents: openDocuments(options) });
await service.run({
  token: 'c'.repeat(32),
  label: 'of a child',
  arguments: ['bash', '-c', 'sleep 600'],
  signal: new AbortController().signal,
  looked: async (state) => {
    if (state === 'running') process.stdout.write('running\n');
  },
});
