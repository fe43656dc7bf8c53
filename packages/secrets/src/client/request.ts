import { ErrorCode, type Msg, type MsgHdrs, type NatsConnection, NatsError } from 'nats';
import { SecretsClientError } from './secrets-client-error.js';

/** One question to a backend. @throws SecretsClientError that says what to check */
export async function request(
  connection: NatsConnection,
  backend: string,
  subject: string,
  options: { readonly timeoutMs: number; readonly payload?: Uint8Array; readonly headers?: MsgHdrs },
): Promise<Msg> {
  const { headers, payload, timeoutMs } = options;
  try {
    return await connection.request(subject, payload, {
      timeout: timeoutMs,
      ...(headers !== undefined && { headers }),
    });
  } catch (cause) {
    throw toClientError(cause, backend, subject, timeoutMs);
  }
}

function toClientError(
  cause: unknown,
  backend: string,
  subject: string,
  timeoutMs: number,
): SecretsClientError {
  const code = cause instanceof NatsError ? cause.code : '';
  switch (code) {
    case ErrorCode.NoResponders:
      return new SecretsClientError(
        'no-backend',
        `no secrets backend ${backend} listens on ${subject}: is it up, on the same NATS account, and under this prefix?`,
        { cause },
      );
    case ErrorCode.MaxPayloadExceeded:
      return new SecretsClientError(
        'not-sent',
        `the request for secrets backend ${backend} is larger than the NATS server takes: is the secret that large?`,
        { cause },
      );
    case ErrorCode.Timeout:
      return new SecretsClientError(
        'timeout',
        `secrets backend ${backend} did not answer on ${subject} within ${timeoutMs} ms`,
        { cause },
      );
    default:
      return new SecretsClientError(
        'not-sent',
        `secrets backend ${backend} could not be asked on ${subject}: may this user publish there?`,
        { cause },
      );
  }
}
