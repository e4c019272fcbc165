import { DaybookError } from '@daybook/core';
import type { Bucket } from './bucket.ts';
import { isPassing, nameOf, statusOf } from './failure.ts';
import { pause } from './pauses.ts';

/** How often a create is sent while nothing is known of what became of it: some five seconds in all, if answers come at once. */
const tries = 8;

/**
 * Creates the object of a path if there is none: one PutObject with `If-None-Match: *`, which the store decides among all who
 * try. Where an answer is lost, or the store asks for it, the same conditional request is sent again, never another one: it is
 * then told whether the object is there. So `exists` may be one's own create whose answer was lost; whoever publishes
 * reads the manifest to know.
 */
export async function createOnce(
  bucket: Bucket,
  path: string,
  bytes: Uint8Array,
  contentType: string,
): Promise<'created' | 'exists'> {
  const s3 = await bucket.onceClient();
  // A copy, for the caller may change his bytes while an answer is waited for.
  const body = bytes.slice();
  for (let attempt = 1; ; attempt += 1) {
    try {
      await s3.putObject({
        Bucket: bucket.name,
        Key: bucket.key(path),
        Body: body,
        ContentType: contentType,
        IfNoneMatch: '*',
        ...bucket.written,
      });
      return 'created';
    } catch (error) {
      const status = statusOf(error);
      if (status === 412) return 'exists';
      // 409: another create of this key was under way, and may yet fail.
      // A clock that is off is set right by the SDK, from the answer, for the next request.
      const skewed = attempt === 1 && nameOf(error) === 'RequestTimeTooSkewed';
      const mayPass = status === 409 || skewed || isPassing(error);
      if (!mayPass) throw error;
      if (attempt === tries) throw status === 409 ? undecided(path) : error;
      await pause(attempt + 1);
    }
  }
}

function undecided(path: string): DaybookError {
  return new DaybookError(
    'target-failed',
    `The store did not decide who creates ${path}: others were at it each of ${tries} times. Run again later.`,
  );
}
