import { jsonBytes } from './owner.ts';
import type { Setting } from './setting.ts';

/** That a cluster is about to be asked for, written before it is: an answer may be lost, and the process with it. */
export interface Intent {
  readonly format: 1;
  readonly cluster: string;
  readonly owner: string;
  /** ISO 8601 in UTC. */
  readonly asked: string;
  /** EMR's id, once it is known. */
  readonly id?: string;
}

export function intentsPrefix(scratch: string): string {
  return `${scratch}clusters/`;
}

export function intentUri(scratch: string, token: string): string {
  return `${intentsPrefix(scratch)}${token}.json`;
}

export async function writeIntent({ documents, options }: Setting, intent: Intent): Promise<void> {
  await documents.write(intentUri(options.scratch, intent.cluster), jsonBytes(intent));
}

/** Undefined where there is none, or none that can be read. */
export async function readIntent({ documents }: Setting, uri: string): Promise<Intent | undefined> {
  const bytes = await documents.read(uri);
  try {
    const intent = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Intent>;
    const whole =
      intent.format === 1 && typeof intent.owner === 'string' && typeof intent.cluster === 'string';
    return whole && !Number.isNaN(Date.parse(intent.asked ?? '')) ? (intent as Intent) : undefined;
  } catch {
    return undefined;
  }
}
