import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EmrLocalError } from '../errors.ts';
import { fateOf, type Fault, type FaultKind } from '../faults.ts';
import { internalErrorOf, isOperation } from '../model/inputs.ts';
import { ServiceError } from '../service-error.ts';
import { controlAnswer, outputAnswer, serviceErrorAnswer, type Answer } from './answer.ts';
import { answerControl, type Controlled } from './control.ts';
import { readBody } from './read-body.ts';

/** A request for an operation that was answered, for tests that count them. */
export interface ServedRequest {
  readonly operation: string;
  /** 0 when the connection was reset instead. */
  readonly status: number;
  readonly fault?: FaultKind;
}

/** What requests are answered from. */
export interface Service extends Controlled {
  readonly calls: Map<string, number>;
  readonly onRequest: (request: ServedRequest) => void;
}

/** Answers one request, whatever it is; never rejects. */
export async function serve(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const answer = await answerOf(service, request);
    if (answer === 'reset') request.socket.resetAndDestroy();
    else send(response, answer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return;
    process.emitWarning(`A bug in emr-local: ${error instanceof Error ? error.message : String(error)}`);
    send(response, serviceErrorAnswer(new ServiceError('InternalServerError', 'A bug in emr-local.')));
  }
}

async function answerOf(service: Service, request: IncomingMessage): Promise<Answer | 'reset'> {
  const path = (request.url ?? '/').split('?')[0]!;
  const refusal = strangerRefusal(request);
  if (refusal !== undefined) return serviceErrorAnswer(refusal);
  try {
    if (path.startsWith('/_control/')) {
      return answerControl(service, `${request.method} ${path.slice(0, 200)}`, await readBody(request));
    }
    return await answerOperation(service, request);
  } catch (error) {
    if (error instanceof ServiceError) return serviceErrorAnswer(error);
    if (error instanceof EmrLocalError) return controlAnswer(400, { error: error.message });
    throw error;
  }
}

/**
 * Whoever reaches this server can run commands. A page in a browser of this machine reaches it too: its requests have
 * an Origin, or a Host that is the name of the page.
 */
function strangerRefusal({ headers, socket }: IncomingMessage): ServiceError | undefined {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  const local = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(host) && isLoopback(socket.remoteAddress);
  if (local && headers.origin === undefined) return undefined;
  return new ServiceError('AccessDeniedException', 'emr-local serves this machine alone, and no browser.');
}

/** Is this an address that only this machine has? */
export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.\d+\.\d+\.\d+$|^::1$/.test(address);
}

async function answerOperation(service: Service, request: IncomingMessage): Promise<Answer | 'reset'> {
  const target = String(request.headers['x-amz-target'] ?? '');
  const [, operation = ''] = /^ElasticMapReduce\.(\w+)$/.exec(target) ?? [];
  if (request.method !== 'POST' || operation === '') {
    throw new ServiceError(
      'UnknownOperationException',
      'Send POST with X-Amz-Target: ElasticMapReduce.<Operation>, as the AWS SDKs do.',
    );
  }
  const body = await readBody(request);
  service.calls.set(operation, (service.calls.get(operation) ?? 0) + 1);
  const fault = service.faults.take(operation);
  const answer = act(service, request, operation, body, fault);
  const reset = fault?.kind === 'lost-answer' || fault?.kind === 'lost-request';
  service.onRequest({
    operation,
    status: reset ? 0 : answer.status,
    ...(fault === undefined ? {} : { fault: fault.kind }),
  });
  return reset ? 'reset' : answer;
}

/** Does what is asked for, unless a fault stands before it. */
function act(
  { emulator }: Service,
  request: IncomingMessage,
  operation: string,
  body: unknown,
  fault: Fault | undefined,
): Answer {
  try {
    if (!isOperation(operation)) {
      throw new ServiceError('UnknownOperationException', `Could not find operation ${operation}`);
    }
    if (fault?.kind === 'throttle') throw new ServiceError('ThrottlingException', 'Rate exceeded');
    if (fault?.kind === 'error500' || fault?.kind === 'lost-request') {
      throw new ServiceError(internalErrorOf(operation), 'The service failed, as emr-local was told to.');
    }
    return outputAnswer(emulator.handle(operation, body, regionOf(request), fateOf(fault)));
  } catch (error) {
    if (error instanceof ServiceError) return serviceErrorAnswer(error);
    throw error;
  }
}

/** The region for which the request was signed. The signature itself is not looked at. */
function regionOf({ headers }: IncomingMessage): string {
  const [, region = 'us-east-1'] =
    /Credential=[^/,]+\/\d+\/([a-z0-9-]+)\//.exec(headers.authorization ?? '') ?? [];
  return region;
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(body);
}
