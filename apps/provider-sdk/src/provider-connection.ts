import type { HostData } from '@wasmlattice/provider-host/protocol';
import type { Logger } from '@wasmlattice/telemetry';
import { type ConnectionOptions, connect, Events, jwtAuthenticator, type NatsConnection } from 'nats';
import type { NatsAccess } from './provider.js';

/** The provider has no connection to the lattice; the message names the server and what to check. */
export class ProviderConnectionError extends Error {
  override readonly name = 'ProviderConnectionError';
}

const defaultUrl = 'nats://127.0.0.1:4222';

/** The rpc server and credentials the host gave. */
export function natsAccess(hostData: HostData): NatsAccess {
  const url = hostData.latticeRpcUrl.trim() || defaultUrl;
  const jwt = hostData.latticeRpcUserJwt.trim();
  const seed = hostData.latticeRpcUserSeed.trim();
  if (jwt === '' && seed === '') return { url };
  return { url, credentials: { jwt, seed } };
}

/** Short, so that a restarted server finds its providers at once; the jitter keeps them from coming as one. */
const reconnectWaitMs = 250;
const reconnectJitterMs = 250;

/**
 * Connection options that keep trying for ever, whatever the server said: a provider that gave up would stay in the
 * inventory without doing anything.
 */
export function connectionOptions(access: NatsAccess, name: string): ConnectionOptions {
  const { url, credentials } = access;
  return {
    servers: url.split(',').map((server) => server.trim()),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: reconnectWaitMs,
    reconnectJitter: reconnectJitterMs,
    reconnectJitterTLS: reconnectJitterMs,
    ignoreAuthErrorAbort: true,
    ...(url.startsWith('tls://') ? { tls: {} } : {}),
    ...(credentials === undefined
      ? {}
      : { authenticator: jwtAuthenticator(credentials.jwt, new TextEncoder().encode(credentials.seed)) }),
  };
}

/**
 * Connects and logs what happens to the connection from then on. Only the first attempt may fail: rejects with a
 * {@link ProviderConnectionError}, and the host's restart shows the reason.
 */
export async function connectProvider(
  access: NatsAccess,
  name: string,
  logger: Logger,
): Promise<NatsConnection> {
  let connection: NatsConnection;
  try {
    connection = await connect(connectionOptions(access, name));
  } catch (cause) {
    const user = access.credentials === undefined ? 'without credentials' : 'with a user JWT';
    throw new ProviderConnectionError(
      `could not connect to NATS at ${withoutUserInfo(access.url)} ${user}: check that the server runs and lets this user in`,
      { cause },
    );
  }
  logStatus(connection, logger).catch((error: unknown) => logger.warn('connection status ended', { error }));
  return connection;
}

async function logStatus(connection: NatsConnection, logger: Logger): Promise<void> {
  for await (const status of connection.status()) {
    const fields = { server: withoutUserInfo(connection.getServer()), detail: String(status.data ?? '') };
    switch (status.type) {
      case Events.Disconnect:
        logger.warn('lost the NATS server; trying to connect again', fields);
        break;
      case Events.Reconnect:
        logger.info('connected to NATS again', fields);
        break;
      case Events.Error:
        logger.error('the NATS server reports an error', fields);
        break;
      default:
        logger.debug('the NATS connection changed', { type: status.type });
    }
  }
}

/** URLs may carry a password; logs must not. */
function withoutUserInfo(url: string): string {
  return url.replace(/(^|\/\/|,)[^@,/]*@/g, '$1');
}
