import type { HostData } from '@wasmlattice/provider-host/protocol';
import { tolerateMalformedHeaders } from '@wasmlattice/rpc/nats';
import type { Logger } from '@wasmlattice/telemetry';
import {
  type Authenticator,
  type ConnectionOptions,
  connect,
  Events,
  jwtAuthenticator,
  type NatsConnection,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from 'nats';
import type { NatsAccess } from './provider.js';

/** There is no NATS server where one should be, or it refuses; the message names it and what to check. */
export class ProviderConnectionError extends Error {
  override readonly name = 'ProviderConnectionError';
}

const defaultUrl = 'nats://127.0.0.1:4222';

/** The rpc server and credentials the host gave. */
export function natsAccess(hostData: HostData): NatsAccess {
  const url = hostData.latticeRpcUrl.trim() || defaultUrl;
  const jwt = hostData.latticeRpcUserJwt.trim();
  const seed = hostData.latticeRpcUserSeed.trim();
  return jwt === '' && seed === '' ? { url } : { url, credentials: { jwt, seed } };
}

/** Short, so that a restarted server has its clients back at once; the jitter keeps them from coming as one. */
const reconnectWaitMs = 250;
const reconnectJitterMs = 250;
/** How long the first attempt may take; guests may wait for it. */
const connectTimeoutMs = 5_000;
/** A dead server is noticed within half a minute; the client's default takes minutes. */
const pingIntervalMs = 10_000;
const maxPingOut = 2;

/**
 * Connects and logs what happens to the connection from then on. After the first success it tries to come back for
 * ever, whatever the server says: a provider that gave up would stay in the inventory without doing anything.
 *
 * Rejects with a {@link ProviderConnectionError} when the first attempt fails.
 */
export async function connectNats(access: NatsAccess, name: string, logger: Logger): Promise<NatsConnection> {
  const servers = access.url.split(',').map(splitUserInfo);
  const where = servers.map(({ url }) => url).join(',');
  tolerateMalformedHeaders();
  let connection: NatsConnection;
  try {
    connection = await connect(connectionOptions(access, servers, name));
  } catch (cause) {
    throw new ProviderConnectionError(
      `could not connect to NATS at ${where}: check that the server runs there and lets this client in`,
      { cause },
    );
  }
  logStatus(connection, where, logger).catch((error: unknown) => {
    logger.warn('changes of the NATS connection are not logged any more', { server: where, error });
  });
  return connection;
}

interface ServerUrl {
  /** Without user info: it goes into logs. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** The client knows nothing of user and password in a URL. */
function splitUserInfo(text: string): ServerUrl {
  const match = /^([a-z]+:\/\/)?(?:([^@/]*)@)?(.*)$/is.exec(text.trim());
  const [user = '', password = ''] = (match?.[2] ?? '').split(':').map(decodeURIComponent);
  return { url: `${match?.[1] ?? ''}${match?.[3] ?? ''}`, user, password };
}

function connectionOptions(
  access: NatsAccess,
  servers: readonly ServerUrl[],
  name: string,
): ConnectionOptions {
  const authenticator = authenticatorOf(access, servers);
  const tls = tlsOf(access, servers);
  return {
    servers: servers.map(({ url }) => url),
    name,
    timeout: connectTimeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: reconnectWaitMs,
    reconnectJitter: reconnectJitterMs,
    reconnectJitterTLS: reconnectJitterMs,
    pingInterval: pingIntervalMs,
    maxPingOut,
    ignoreAuthErrorAbort: true,
    ...(authenticator === undefined ? {} : { authenticator }),
    ...(tls === undefined ? {} : { tls }),
  };
}

function authenticatorOf(access: NatsAccess, servers: readonly ServerUrl[]): Authenticator | undefined {
  const { credentials } = access;
  if (credentials !== undefined) {
    return jwtAuthenticator(credentials.jwt, new TextEncoder().encode(credentials.seed));
  }
  const named = servers.find(({ user }) => user !== '');
  if (named === undefined) return undefined;
  return named.password === ''
    ? tokenAuthenticator(named.user)
    : usernamePasswordAuthenticator(named.user, named.password);
}

function tlsOf(access: NatsAccess, servers: readonly ServerUrl[]): ConnectionOptions['tls'] {
  const { ca, caFile } = access.tls ?? {};
  if (access.tls === undefined && !servers.some(({ url }) => url.startsWith('tls://'))) return undefined;
  return { ...(ca === undefined ? {} : { ca }), ...(caFile === undefined ? {} : { caFile }) };
}

async function logStatus(connection: NatsConnection, server: string, logger: Logger): Promise<void> {
  for await (const status of connection.status()) {
    switch (status.type) {
      case Events.Disconnect:
        logger.warn('lost the NATS server, connecting again', { server });
        break;
      case Events.Reconnect:
        logger.info('connected to NATS again', { server });
        break;
      case Events.Error:
        logger.error('the NATS server reports an error', { server, error: String(status.data) });
        break;
      default:
        logger.debug('the NATS connection changed', { server, change: status.type });
    }
  }
}
