import { type ControlClient, createControlClient } from '@wasmlattice/control-interface';
import {
  connectLattice,
  LatticeConnectionError,
  type LatticeConnectionFailure,
  loadNatsCredentials,
  NatsCredentialsError,
} from '@wasmlattice/lattice-connection';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { exitCodes } from './exit-codes.js';
import { type GlobalOptions, usageError } from './global-options.js';
import { watchRefusedSubjects } from './refused-subjects.js';

/** A connection to a lattice for the time of one command. */
export interface LatticeSession {
  readonly lattice: string;
  readonly connection: NatsConnection;
  readonly client: ControlClient;
}

/** Connects, does `work`, and closes the connection whatever comes of it. What happens to the connection is told on standard error. */
export async function withLattice<T>(
  options: GlobalOptions,
  io: CliIo,
  work: (session: LatticeSession) => Promise<T>,
): Promise<T> {
  const connection = await openConnection(options, io);
  const { ctlTopicPrefix, inboxPrefix, lattice, timeoutMs } = options;
  const refused = watchRefusedSubjects(connection, inboxPrefix, io);
  try {
    const client = createControlClient({
      connection,
      lattice,
      timeoutMs,
      ...(inboxPrefix !== undefined && { inboxPrefix }),
      ...(ctlTopicPrefix === undefined ? {} : { prefix: ctlTopicPrefix }),
    });
    const result = await work({ lattice, connection, client });
    refused.close();
    return result;
  } catch (error) {
    throw await refused.explain(error);
  } finally {
    await connection.close();
  }
}

/** @throws CliError when there is no server, or it does not let this login in */
export async function openConnection(options: GlobalOptions, io: CliIo): Promise<NatsConnection> {
  const { inboxPrefix, login, natsUrl, tls, tlsCaFile } = options;
  try {
    return await connectLattice(
      {
        url: natsUrl,
        name: 'wasmlattice',
        ...((tls || tlsCaFile !== undefined) && { tls: { caFile: tlsCaFile } }),
        ...(inboxPrefix !== undefined && { inboxPrefix }),
        ...(login !== undefined && { credentials: await loadNatsCredentials(login) }),
      },
      connectionLog(io),
    );
  } catch (error) {
    if (error instanceof NatsCredentialsError) {
      throw usageError(error.message, 'check --ctl-creds (WASMCLOUD_CTL_CREDS)');
    }
    if (!(error instanceof LatticeConnectionError)) throw error;
    throw new CliError(error.reason, checks[error.failure], {
      cause: error,
      exitCode: exitCodes.unreachable,
    });
  }
}

const noServer = 'start a host with `wasmlattice up`, or name the server with --nats-url';

const checks: Readonly<Record<LatticeConnectionFailure, string>> = {
  unreachable: noServer,
  timeout: noServer,
  other: noServer,
  unauthorized: 'check --ctl-creds, or --ctl-jwt and --ctl-seed',
  tls: 'check --ctl-tls, --ctl-tls-ca-file and the certificate of the server',
};

/** Who follows events should know why there are none. What the server refuses is told with what fails by it. */
function connectionLog(io: CliIo): Logger {
  return {
    ...noopLogger,
    warn(message, { error } = {}) {
      if (typeof error !== 'string') io.err(`warning: ${message}\n`);
      else if (!error.includes('PERMISSIONS_VIOLATION')) io.err(`warning: ${message}: ${error}\n`);
    },
    info: (message) => io.err(`note: ${message}\n`),
  };
}
