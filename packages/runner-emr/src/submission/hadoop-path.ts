import type { Target } from '@daybook/core';

/**
 * A URI of ours as the text of a Hadoop path, as Spark's readers and writers take it: nothing in it is percent-encoded. A
 * `file:` URI is a URL and loses its encoding; one of `s3:` is its bucket and key as they are.
 */
export function hadoopPath(uri: string): string {
  return uri.startsWith('file:') ? `file://${decodeURIComponent(new URL(uri).pathname)}` : uri;
}

/** The Hadoop path of what lies at `path` below a target's root. */
export function pathInTarget(target: Pick<Target, 'name'>, path: string): string {
  return `${hadoopPath(target.name)}${path}`;
}
