import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A server that speaks S3, for tests: what it is installed as, and how it is started. */
export interface ServerKind {
  readonly name: string;
  readonly version: string;
  /** Where `npm run servers` puts it; keyed by version, so that another version is another folder. */
  readonly folder: string;
  readonly program: string;
  /** The words that start it on a port of this machine, with its data in a folder. */
  words(port: number, data: string): readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What every server of the tests lets in. */
export const testCredentials = { accessKeyId: 'daybook-tests', secretAccessKey: 'not-a-secret' } as const;

const cache = fileURLToPath(new URL('../../../../.cache/servers', import.meta.url));

export const moto: ServerKind = kindOf('moto', '5.2.5', 'bin/moto_server', {}, (port) => [
  '--host',
  '127.0.0.1',
  '--port',
  String(port),
]);

export const versitygw: ServerKind = kindOf(
  'versitygw',
  '1.8.0',
  'versitygw',
  {
    ROOT_ACCESS_KEY_ID: testCredentials.accessKeyId,
    ROOT_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
  },
  (port, data) => ['--port', `127.0.0.1:${port}`, '--keep-alive', '--quiet', 'posix', data],
);

/** Two that have nothing in common but the protocol. */
export const serverKinds: readonly ServerKind[] = [moto, versitygw];

/** Whether `npm run servers` has installed it whole: the mark is written last. */
export function isInstalled(kind: ServerKind): boolean {
  return existsSync(installedMark(kind)) && existsSync(kind.program);
}

export function installedMark(kind: ServerKind): string {
  return join(kind.folder, 'installed');
}

function kindOf(
  name: string,
  version: string,
  program: string,
  environment: Readonly<Record<string, string>>,
  words: ServerKind['words'],
): ServerKind {
  const folder = join(cache, `${name}-${version}`);
  return Object.freeze({ name, version, folder, program: join(folder, program), words, environment });
}
