import { ServiceError } from '../service-error.ts';

/** What a request is answered with: a plain value. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const serviceType = 'application/x-amz-json-1.1';

/** The output of an operation; one without an output has an empty body. */
export function outputAnswer(output: unknown): Answer {
  return { status: 200, type: serviceType, body: output === undefined ? '' : JSON.stringify(output) };
}

const statuses: Readonly<Record<string, number>> = {
  InternalServerError: 500,
  InternalServerException: 500,
  AccessDeniedException: 403,
  RequestEntityTooLarge: 413,
};

/** An error as JSON 1.1 writes it. The errors that the model declares say `Message`, the others `message`. */
export function serviceErrorAnswer({ name, message, errorCode }: ServiceError): Answer {
  const declared = name === 'InvalidRequestException' || name === 'InternalServerException';
  const body = {
    __type: name,
    ...(errorCode === undefined ? {} : { ErrorCode: errorCode }),
    [declared ? 'Message' : 'message']: message,
  };
  return { status: statuses[name] ?? 400, type: serviceType, body: JSON.stringify(body) };
}

/** An answer of the control endpoints. */
export function controlAnswer(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}
