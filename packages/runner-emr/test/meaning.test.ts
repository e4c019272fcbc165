import { expect, test } from 'vitest';
import { backoffMs } from '../src/cluster/patient.ts';
import { meaningOf } from '../src/meaning.ts';

function error(
  name: string,
  more: { readonly code?: string; readonly status?: number; readonly message?: string },
): Error {
  const { code, status, message = 'words\nmore' } = more;
  return Object.assign(new Error(message), {
    name,
    ...(code === undefined ? {} : { code }),
    ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }),
  });
}

test.each<[string, Parameters<typeof error>[1], string | undefined]>([
  ['ValidationException', { status: 400 }, 'refused'],
  ['InvalidRequestException', { status: 400 }, 'refused'],
  ['AccessDeniedException', { status: 403 }, 'refused'],
  ['UnrecognizedClientException', { status: 400 }, 'refused'],
  ['ExpiredTokenException', { status: 400 }, 'refused'],
  ['ThrottlingException', { status: 400 }, 'not-done'],
  ['TooManyRequestsException', { status: 429 }, 'not-done'],
  ['Anything', { status: 429 }, 'not-done'],
  ['InternalServerError', { status: 500 }, 'doubtful'],
  ['InternalServerException', { status: 500 }, 'doubtful'],
  ['ServiceUnavailable', { status: 503 }, 'doubtful'],
  ['RequestTimeout', { status: 408 }, 'doubtful'],
  ['TimeoutError', {}, 'doubtful'],
  ['Error', { code: 'ECONNRESET' }, 'doubtful'],
  ['Error', { code: 'EPIPE' }, 'doubtful'],
  ['Error', { code: 'ECONNREFUSED' }, 'not-done'],
  ['Error', { code: 'ENOTFOUND' }, 'not-done'],
  ['Error', { code: 'CERT_HAS_EXPIRED' }, 'refused'],
  ['SyntaxError', { status: 200 }, 'doubtful'],
  ['CredentialsProviderError', {}, 'refused'],
  ['Error', { message: 'Region is missing' }, 'refused'],
  ['TypeError', {}, undefined],
  ['AssertionError', {}, undefined],
  ['Error', {}, undefined],
])('%s %o is %s', (name, more, kind) => {
  expect(meaningOf(error(name, more))?.kind).toBe(kind);
});

test('of what the service says the first line is told, with its name', () => {
  expect(meaningOf(error('ValidationException', { status: 400 }))).toEqual({
    kind: 'refused',
    name: 'ValidationException, HTTP 400',
    message: 'words',
  });
  expect(meaningOf('text')).toBeUndefined();
});

test('pauses double from a second up to fifteen, and are half random', () => {
  expect([2, 3, 4, 5, 6, 7, 20].map((next) => backoffMs(next, 1))).toEqual(
    [1, 2, 4, 8, 15, 15, 15].map((s) => s * 1_000),
  );
  expect([2, 6].map((next) => backoffMs(next, 0))).toEqual([500, 7_500]);
});
