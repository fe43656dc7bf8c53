import { tolerateMalformedHeaders } from '@wasmlattice/rpc/nats';
import type { Logger } from '@wasmlattice/telemetry';
import { describeError } from '@wasmlattice/telemetry';
import type { ConnectionOptions, NatsConnection } from 'nats';
import { connect, ErrorCode, Events, jwtAuthenticator, NatsError } from 'nats';
import type { NatsCredentials } from './credentials.js';
import { loadNatsCredentials } from './credentials.js';
import type { NatsEndpoint } from './endpoint.js';

/** Which of the two connections of a host: the control interface with events and data, or calls. */
export type LatticeConnectionPurpose = 'ctl' | 'rpc';

/** All that is needed to connect: plain data, so that a worker can open its own connection from it. */
export interface LatticeConnectionSettings {
  readonly purpose: LatticeConnectionPurpose;
  /** `nats://{host}:{port}` */
  readonly url: string;
  /** Refuse a server without TLS. */
  readonly tls: boolean;
  readonly credentials: NatsCredentials | undefined;
  /** Name the server shows in its connection list. Upstream's hosts call both connections `wasmbus`. */
  readonly name: string;
}

/** Why the first connection failed; each has another remedy. */
export type LatticeConnectionFailure = 'unreachable' | 'unauthorized' | 'tls' | 'timeout' | 'other';

/** The first connection to a NATS server did not come about. */
export class LatticeConnectionError extends Error {
  override readonly name = 'LatticeConnectionError';
  readonly failure: LatticeConnectionFailure;

  constructor(message: string, failure: LatticeConnectionFailure, options: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** Reads the credentials an endpoint names and returns what {@link connectLattice} needs. */
export async function connectionSettings(
  purpose: LatticeConnectionPurpose,
  endpoint: NatsEndpoint,
): Promise<LatticeConnectionSettings> {
  const { credentials, tls, url } = endpoint;
  return {
    purpose,
    url,
    tls,
    credentials: credentials === undefined ? undefined : await loadNatsCredentials(credentials),
    name: 'wasmbus',
  };
}

/**
 * Opens a connection that outlives its server: after the first success it reconnects for ever.
 *
 * The first attempt must succeed, as upstream has it: a host with a mistyped address should say so and end.
 * Changes of the connection go to `logger` until it is closed. The caller closes or drains it.
 *
 * @throws {@link LatticeConnectionError}
 */
export async function connectLattice(
  settings: LatticeConnectionSettings,
  logger: Logger,
): Promise<NatsConnection> {
  tolerateMalformedHeaders();
  let connection: NatsConnection;
  try {
    connection = await connect(natsOptions(settings));
  } catch (cause) {
    throw connectionError(settings, cause);
  }
  void logStatus(connection, settings, logger);
  return connection;
}

/** The options of the NATS client for one connection of a host. */
export function natsOptions(settings: LatticeConnectionSettings): ConnectionOptions {
  const { credentials, name, tls, url } = settings;
  return {
    servers: url,
    name,
    timeout: 5000,
    // By default the client gives up for good after ten attempts.
    maxReconnectAttempts: -1,
    // Soon after a restart of the server, but hosts of a large lattice not all in the same moment.
    reconnectTimeWait: 250,
    reconnectJitter: 500,
    reconnectJitterTLS: 1000,
    // A dead peer is noticed within 20 seconds; the default takes four minutes or more.
    pingInterval: 10_000,
    maxPingOut: 2,
    ...(tls ? { tls: {} } : {}),
    ...(credentials === undefined
      ? {}
      : { authenticator: jwtAuthenticator(credentials.jwt, new TextEncoder().encode(credentials.seed)) }),
  };
}

function connectionError(settings: LatticeConnectionSettings, cause: unknown): LatticeConnectionError {
  const { purpose, url } = settings;
  const failure = classify(cause);
  const hostFlags = `--${purpose}-host/--nats-host and --${purpose}-port/--nats-port`;
  const remedies: Readonly<Record<LatticeConnectionFailure, string>> = {
    unreachable: `no NATS server answers there; start one or check ${hostFlags}`,
    timeout: `nothing answered as a NATS server in time; check ${hostFlags} and firewalls on the way`,
    unauthorized: `the server refused the login; check --${purpose}-creds/--nats-creds, or JWT and seed`,
    tls: `TLS could not be agreed on; check --${purpose}-tls and the certificate of the server`,
    other: `check ${hostFlags}`,
  };
  return new LatticeConnectionError(
    `cannot connect to NATS at ${url} (${purpose} connection): ${describeError(cause)}: ${remedies[failure]}`,
    failure,
    { cause },
  );
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

async function logStatus(
  connection: NatsConnection,
  settings: LatticeConnectionSettings,
  logger: Logger,
): Promise<void> {
  const fields = { connection: settings.purpose, url: settings.url };
  for await (const status of connection.status()) {
    switch (status.type) {
      case Events.Disconnect:
        logger.warn('NATS connection lost, reconnecting', fields);
        break;
      case Events.Reconnect:
        logger.info('NATS connection is back', { ...fields, server: String(status.data) });
        break;
      case Events.LDM:
        logger.info('NATS server is about to shut down', fields);
        break;
      case Events.Error:
        logger.warn('NATS server reported an error', { ...fields, error: String(status.data) });
        break;
      default:
        logger.debug(`NATS connection: ${status.type}`, fields);
    }
  }
}
