import { ErrorCode, NatsError } from 'nats';

/** Codes of JetStream's errors: what it is that was not found. */
const notFoundCodes = { message: 10_037, stream: 10_059 } as const;
/** Another message came in between, or was there. */
const wrongLastSequence = 10_071;

export function isNotFound(error: unknown, what: keyof typeof notFoundCodes): boolean {
  return jetStreamCode(error) === notFoundCodes[what];
}

export function isWrongRevision(error: unknown): boolean {
  return jetStreamCode(error) === wrongLastSequence;
}

/** Why an operation failed, for the component. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof NatsError)) return cause instanceof Error ? cause.message : String(cause);
  switch (cause.code) {
    case ErrorCode.PermissionsViolation:
    case ErrorCode.AuthorizationViolation:
      return 'the NATS user of the provider may not do that';
    case ErrorCode.Timeout:
      return 'the NATS server did not answer in time';
    case ErrorCode.NoResponders:
    case ErrorCode.JetStreamNotEnabled:
      return 'JetStream does not answer; check that it is enabled';
    case ErrorCode.ConnectionClosed:
    case ErrorCode.Disconnect:
      return 'the connection to the NATS server is down';
    default:
      return jetStreamText(cause) ?? cause.message;
  }
}

function jetStreamCode(error: unknown): number | undefined {
  return error instanceof NatsError ? error.api_error?.err_code : undefined;
}

function jetStreamText(error: NatsError): string | undefined {
  const text = error.api_error?.description;
  return text === undefined ? undefined : `JetStream says: ${text}`;
}
