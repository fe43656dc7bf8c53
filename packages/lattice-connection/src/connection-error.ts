import { describeError } from '@wasmlattice/telemetry';
import { ErrorCode, NatsError } from 'nats';

/** Why the first connection failed; each has another remedy. */
export type LatticeConnectionFailure = 'unreachable' | 'unauthorized' | 'tls' | 'timeout' | 'other';

/** Where the settings of a connection come from, in the words of who made them: `--nats-host and --nats-port`. */
export interface ConnectionChecklist {
  readonly address: string;
  readonly login: string;
  readonly tls: string;
}

/** The first connection to a NATS server did not come about. */
export class LatticeConnectionError extends Error {
  override readonly name = 'LatticeConnectionError';
  readonly failure: LatticeConnectionFailure;
  /** What happened, as in the message, without what to check. */
  readonly reason: string;

  constructor(
    failure: LatticeConnectionFailure,
    text: { readonly reason: string; readonly remedy: string },
    options: ErrorOptions,
  ) {
    super(`${text.reason}: ${text.remedy}`, options);
    this.failure = failure;
    this.reason = text.reason;
  }
}

const defaultChecklist: ConnectionChecklist = {
  address: 'its address',
  login: 'credentials, or user and password',
  tls: 'the certificates that are trusted',
};

/** `where` names the server and the connection; it holds no secrets. */
export function connectionError(
  where: string,
  checklist: ConnectionChecklist | undefined,
  cause: unknown,
): LatticeConnectionError {
  const check = checklist ?? defaultChecklist;
  const failure = classify(cause);
  const remedies: Readonly<Record<LatticeConnectionFailure, string>> = {
    unreachable: `no NATS server answers there; start one or check ${check.address}`,
    timeout: `nothing answered as a NATS server in time; check ${check.address} and firewalls on the way`,
    unauthorized: `the server refused the login; check ${check.login}`,
    tls: `TLS could not be agreed on; check ${check.tls} and the certificate of the server`,
    other: `check ${check.address}`,
  };
  const reason = `cannot connect to NATS at ${where}: ${describeError(cause)}`;
  return new LatticeConnectionError(failure, { reason, remedy: remedies[failure] }, { cause });
}

function classify(error: unknown): LatticeConnectionFailure {
  const code = error instanceof NatsError ? error.code : errorCode(error);
  switch (code) {
    case ErrorCode.AuthorizationViolation:
    case ErrorCode.AuthenticationExpired:
    case ErrorCode.AuthenticationTimeout:
    case ErrorCode.BadAuthentication:
    case ErrorCode.BadCreds:
      return 'unauthorized';
    case ErrorCode.ConnectionRefused:
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'unreachable';
    case ErrorCode.Timeout:
    case ErrorCode.ConnectionTimeout:
    case 'ETIMEDOUT':
      return 'timeout';
    case ErrorCode.ServerOptionNotAvailable:
    case ErrorCode.Tls:
      return 'tls';
    default:
      return /certificate|self.signed|ssl|tls/i.test(String(error)) ? 'tls' : 'other';
  }
}

function errorCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
