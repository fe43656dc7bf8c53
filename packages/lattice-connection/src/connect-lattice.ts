import { tolerateMalformedHeaders } from '@wasmlattice/rpc/nats';
import type { Logger } from '@wasmlattice/telemetry';
import {
  type Authenticator,
  type ConnectionOptions,
  connect,
  jwtAuthenticator,
  type NatsConnection,
  nkeyAuthenticator,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
} from 'nats';
import { connectionError } from './connection-error.js';
import type { LatticeConnectionSettings } from './connection-settings.js';
import { addressIdentity } from './server-identity.js';
import { parseServerUrls, type ServerUrl } from './server-url.js';
import { logStatus } from './status-log.js';

/**
 * Opens a connection that outlives its server: after the first success it reconnects for ever.
 *
 * The first attempt must succeed, as upstream has it: who has a mistyped address should say so and end.
 * Changes of the connection go to `logger` until it is closed. The caller closes or drains it.
 *
 * @throws {@link LatticeConnectionError}
 */
export async function connectLattice(
  settings: LatticeConnectionSettings,
  logger: Logger,
): Promise<NatsConnection> {
  tolerateMalformedHeaders();
  const { purpose, check } = settings;
  const servers = parseServerUrls(settings.url);
  const url = servers.map((server) => server.url).join(',');
  let connection: NatsConnection;
  try {
    connection = await connect(natsOptions(settings, servers));
  } catch (cause) {
    throw connectionError(purpose === undefined ? url : `${url} (${purpose} connection)`, check, cause);
  }
  const fields = { ...(purpose !== undefined && { connection: purpose }), url };
  logStatus(connection, fields, logger).catch((error: unknown) => {
    logger.warn('changes of the NATS connection are not logged any more', { ...fields, error });
  });
  return connection;
}

/** The options of the NATS client for a connection to `servers`, which are those of the URL of `settings`. */
export function natsOptions(
  settings: LatticeConnectionSettings,
  servers: readonly ServerUrl[],
): ConnectionOptions {
  const { inboxPrefix, name, outlivesRefusals = false } = settings;
  const authenticator = authenticatorOf(settings, servers);
  const tls = tlsOf(settings, servers);
  return {
    servers: servers.map(({ url }) => url),
    name,
    timeout: 5000,
    // By default the client gives up for good after ten attempts.
    maxReconnectAttempts: -1,
    // Soon after a restart of the server, but the clients of a large lattice not all in the same moment.
    reconnectTimeWait: 250,
    reconnectJitter: 500,
    reconnectJitterTLS: 1000,
    // A dead peer is noticed within 20 seconds; the default takes four minutes or more.
    pingInterval: 10_000,
    maxPingOut: 2,
    ignoreAuthErrorAbort: outlivesRefusals,
    ...(inboxPrefix !== undefined && { inboxPrefix }),
    ...(tls !== undefined && { tls }),
    ...(authenticator !== undefined && { authenticator }),
  };
}

function authenticatorOf(
  { credentials }: LatticeConnectionSettings,
  servers: readonly ServerUrl[],
): Authenticator | undefined {
  if (credentials !== undefined) {
    const seed = new TextEncoder().encode(credentials.seed);
    return credentials.jwt === undefined ? nkeyAuthenticator(seed) : jwtAuthenticator(credentials.jwt, seed);
  }
  const named = servers.find(({ user }) => user !== '');
  if (named === undefined) return undefined;
  return named.password === ''
    ? tokenAuthenticator(named.user)
    : usernamePasswordAuthenticator(named.user, named.password);
}

function tlsOf(
  { tls }: LatticeConnectionSettings,
  servers: readonly ServerUrl[],
): ConnectionOptions['tls'] | undefined {
  if (tls === undefined && !servers.some(({ url }) => url.startsWith('tls://'))) return undefined;
  const { ca, caFile } = tls ?? {};
  return {
    ...(ca !== undefined && { ca }),
    ...(caFile !== undefined && { caFile }),
    ...addressIdentity(servers.map(({ url }) => url)),
  };
}
