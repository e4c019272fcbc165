import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request as requestHttp } from 'node:http';
import { Agent as SecureAgent, request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DaybookError } from '@daybook/core';
import { ExchangeFault } from './exchange-fault.ts';

/** What the exchange answered, its body still to come. */
export interface Answer {
  readonly status: 200 | 304 | 404;
  /** Without the mark of a weak one, which a proxy adds that compresses. */
  readonly etag: string | undefined;
  /** The body unpacked. Throws an `ExchangeFault` when it is cut or stalls. Read it or `discard` it. */
  readonly body: AsyncIterable<Buffer>;
  discard(): void;
}

/** Asks an exchange over connections that are kept. */
export interface HttpClient {
  /** Throws an `ExchangeFault` where asking again may help, else a `DaybookError`. */
  get(url: URL, headers: Readonly<Record<string, string>>): Promise<Answer>;
  close(): void;
}

interface ClientOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

/**
 * A client made of `node:http`, not `fetch`: here a gzip stream that ends before its trailer is an error (`fetch` takes what
 * came), and the time without a byte is the caller's to choose.
 */
export function httpClient(options: ClientOptions): HttpClient {
  const agents = { 'http:': new Agent({ keepAlive: true }), 'https:': new SecureAgent({ keepAlive: true }) };
  return {
    get: async (url, headers) => {
      const watch = stallWatch(options, url);
      try {
        const response = await send(url, { ...options.headers, ...headers }, agents, watch.signal);
        watch.progress();
        const status = checkedStatus(response, url);
        const { body, ended } = bodyOf(response, url, watch);
        const etag = response.headers.etag?.replace(/^W\//, '');
        return { status, etag, body, discard: ended };
      } catch (error) {
        watch.end();
        throw faultOf(error, url, watch.signal);
      }
    },
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

/** A URL as it may be shown and recorded: neither credentials nor query. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

interface StallWatch {
  readonly signal: AbortSignal;
  progress(): void;
  end(): void;
}

/** Aborts when nothing comes for `idleMs`, or when all is to end. */
function stallWatch(options: ClientOptions, url: URL): StallWatch {
  const stalled = new AbortController();
  const sentence = `The exchange sent nothing for ${options.idleMs} ms at ${shownUrl(url)}.`;
  const timer = setTimeout(() => stalled.abort(new ExchangeFault(sentence)), options.idleMs);
  return {
    signal: AbortSignal.any([options.signal, stalled.signal]),
    progress: () => void timer.refresh(),
    end: () => clearTimeout(timer),
  };
}

async function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  agents: { readonly 'http:': Agent; readonly 'https:': SecureAgent },
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const common = { headers: { ...headers, 'accept-encoding': 'gzip' }, signal };
  const request =
    url.protocol === 'https:'
      ? requestHttps(url, { ...common, agent: agents['https:'] })
      : requestHttp(url, { ...common, agent: agents['http:'] });
  // Errors that come after the answer has begun are the answer's own; without a listener they would end the process.
  request.on('error', () => undefined);
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

const mayPass = new Set([408, 425, 429]);

function checkedStatus(response: IncomingMessage, url: URL): Answer['status'] {
  const status = response.statusCode ?? 0;
  if (status === 200 || status === 304 || status === 404) return status;
  response.destroy();
  const answered = `The exchange answered ${status} at ${shownUrl(url)}`;
  if (status >= 500 || mayPass.has(status)) {
    const seconds = Number(response.headers['retry-after'] ?? '0');
    const waitMs = Number.isFinite(seconds) ? seconds * 1000 : 0;
    throw new ExchangeFault(`${answered}.`, { waitMs });
  }
  const remedy =
    status === 401 || status === 403
      ? 'check the credentials in the `url` or the `headers` of httpExchange'
      : 'check the `url` of httpExchange';
  throw new DaybookError('job-failed', `${answered}, which asking again does not change: ${remedy}.`);
}

function bodyOf(
  response: IncomingMessage,
  url: URL,
  watch: StallWatch,
): { readonly body: AsyncIterable<Buffer>; readonly ended: () => void } {
  const readable = decoded(response, url);
  const ended = (): void => {
    watch.end();
    response.destroy();
  };
  async function* body(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of readable as AsyncIterable<Buffer>) {
        watch.progress();
        yield chunk;
        watch.progress();
      }
    } catch (error) {
      throw faultOf(error, url, watch.signal);
    } finally {
      watch.end();
      if (!response.complete) response.destroy();
    }
  }
  return { body: body(), ended };
}

function decoded(response: IncomingMessage, url: URL): Readable {
  const coding = response.headers['content-encoding'] ?? 'identity';
  if (coding === 'identity') return response;
  if (coding !== 'gzip' && coding !== 'x-gzip')
    throw new ExchangeFault(
      `The exchange sent the content encoding "${coding}" at ${shownUrl(url)}, and only gzip was accepted.`,
    );
  return pipeline(response, createGunzip({ chunkSize: 256 * 1024 }), () => undefined);
}

/** What went wrong on the way, in the caller's terms: an abort is its reason, all else a broken connection. */
function faultOf(error: unknown, url: URL, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof ExchangeFault || error instanceof DaybookError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new ExchangeFault(`The connection to the exchange broke at ${shownUrl(url)}: ${why}.`, {
    cause: error,
  });
}
