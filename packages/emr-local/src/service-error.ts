/** The names of the errors that clients of the service meet. The last five are those of the protocol itself. */
export type ServiceErrorName =
  | 'ValidationException'
  | 'InvalidRequestException'
  | 'InternalServerError'
  | 'InternalServerException'
  | 'ThrottlingException'
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'AccessDeniedException'
  | 'RequestEntityTooLarge';

/** An answer of the service that is an error. `errorCode` is a field of `InvalidRequestException` alone. */
export class ServiceError extends Error {
  override readonly name: ServiceErrorName;
  readonly errorCode: string | undefined;

  constructor(name: ServiceErrorName, message: string, errorCode?: string) {
    super(message);
    this.name = name;
    this.errorCode = errorCode;
  }
}

/** How the operations named for job flows refuse. */
export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

/** How the operations named for clusters and steps refuse. */
export function badRequest(message: string, errorCode?: string): ServiceError {
  return new ServiceError('InvalidRequestException', message, errorCode);
}
