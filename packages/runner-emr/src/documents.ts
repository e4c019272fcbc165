/**
 * Small documents by URI: plans, results, owners and intents. `s3://…` as EMR reads it; `file:///…` where the cluster is
 * `emr-local` on the same machine and no store is wanted.
 */
export interface Documents {
  /** The bytes of a document; undefined where there is none. */
  read(uri: string): Promise<Uint8Array | undefined>;
  /** Writes a document as a whole, in place of one that is there. */
  write(uri: string, bytes: Uint8Array): Promise<void>;
  /** The URIs of all documents that begin with `prefix`, in no order. */
  list(prefix: string): AsyncIterable<string>;
  /** Removes a document; one that is gone already is no error. */
  remove(uri: string): Promise<void>;
}
