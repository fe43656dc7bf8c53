import { readFile } from 'node:fs/promises';
import type { ControlClient } from '@wasmlattice/control-interface';
import { createControlClient } from '@wasmlattice/control-interface';
import { describeError } from '@wasmlattice/telemetry';
import type { Authenticator, NatsConnection } from 'nats';
import { connect, credsAuthenticator, ErrorCode, jwtAuthenticator, NatsError } from 'nats';
import { CliError } from './cli-error.js';
import { exitCodes } from './exit-codes.js';
import type { GlobalOptions, NatsLogin } from './global-options.js';
import { usageError } from './global-options.js';

/** A connection to a lattice for the time of one command. */
export interface LatticeSession {
  readonly lattice: string;
  readonly connection: NatsConnection;
  readonly client: ControlClient;
}

/** Connects, does `work`, and closes the connection whatever comes of it. */
export async function withLattice<T>(
  options: GlobalOptions,
  work: (session: LatticeSession) => Promise<T>,
): Promise<T> {
  const connection = await openConnection(options);
  try {
    const { ctlTopicPrefix, lattice, timeoutMs } = options;
    const client = createControlClient({
      connection,
      lattice,
      timeoutMs,
      ...(ctlTopicPrefix === undefined ? {} : { prefix: ctlTopicPrefix }),
    });
    return await work({ lattice, connection, client });
  } finally {
    await connection.close();
  }
}

async function openConnection({ login, natsUrl, tls }: GlobalOptions): Promise<NatsConnection> {
  const authenticator = login === undefined ? undefined : await authenticatorOf(login);
  try {
    return await connect({
      servers: natsUrl,
      name: 'wasmlattice',
      timeout: 5000,
      // Streams of events go on after a restart of the server.
      maxReconnectAttempts: -1,
      ...(tls ? { tls: {} } : {}),
      ...(authenticator === undefined ? {} : { authenticator }),
    });
  } catch (cause) {
    throw connectionError(natsUrl, cause);
  }
}

async function authenticatorOf(login: NatsLogin): Promise<Authenticator> {
  if (login.kind === 'jwt') return jwtAuthenticator(login.jwt, new TextEncoder().encode(login.seed));
  try {
    return credsAuthenticator(await readFile(login.path));
  } catch (cause) {
    throw usageError(
      `cannot read the credentials file ${login.path}: ${describeError(cause)}`,
      'check --ctl-creds (WASMCLOUD_CTL_CREDS)',
    );
  }
}

function connectionError(url: string, cause: unknown): CliError {
  const code = cause instanceof NatsError ? cause.code : undefined;
  const refused = code === ErrorCode.AuthorizationViolation || code === ErrorCode.BadCreds;
  return new CliError(
    `cannot connect to NATS at ${url}: ${describeError(cause)}`,
    refused
      ? 'check --ctl-creds, or --ctl-jwt and --ctl-seed'
      : 'start a host with `wasmlattice up`, or name the server with --nats-url',
    { cause, exitCode: exitCodes.unreachable },
  );
}
