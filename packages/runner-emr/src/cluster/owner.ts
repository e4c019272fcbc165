import { ownerUri, type OwnerDocument } from './owners.ts';
import type { Setting } from './setting.ts';

const renewMs = 60_000;

/** This process as an owner of clusters: its document is written, renewed each minute, and taken back. */
export class Owner {
  readonly #setting: Setting;
  readonly #began: string;
  readonly #stop = new AbortController();
  #writing: Promise<void> = Promise.resolve();
  #renewing: Promise<void> | undefined;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#began = new Date(setting.here.nowMs()).toISOString();
  }

  /** Writes the document, and sees that it is renewed from now on. Throws `target-failed` or `target-refused`. */
  async tell(): Promise<void> {
    await this.#write();
    this.#renewing ??= this.#renew();
  }

  /** Takes the document back. Its clusters must be ended: whoever finds one without a document ends it. */
  async remove(): Promise<void> {
    this.#stop.abort();
    await this.#renewing;
    const { documents, options, owner } = this.#setting;
    await documents.remove(ownerUri(options.scratch, owner));
  }

  async #renew(): Promise<void> {
    const { here } = this.#setting;
    for (;;) {
      await here.pause(renewMs, this.#stop.signal, true);
      if (this.#stop.signal.aborted) return;
      // One that fails is made up for by the next: nine more may fail before anybody takes this process for dead.
      await this.#write().catch(() => undefined);
    }
  }

  /** One after the other, so that none that was slow comes after the removal. */
  #write(): Promise<void> {
    const { documents, here, options, owner } = this.#setting;
    const writing = this.#writing
      .catch(() => undefined)
      .then(async () => {
        const { host, machine, pid, start } = here.process;
        const renewed = new Date(here.nowMs()).toISOString();
        const document: OwnerDocument = {
          format: 1,
          token: owner,
          host,
          machine,
          pid,
          start,
          began: this.#began,
          renewed,
        };
        await documents.write(ownerUri(options.scratch, owner), jsonBytes(document));
      });
    this.#writing = writing;
    return writing;
  }
}

export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);
}
