import {
  type KeyvalueRedisSettings,
  keyvalueRedisSchema,
  readSettings,
} from '@wasmlattice/provider-host/config-schema';
import { type OpenedLink, SettingsError } from '@wasmlattice/provider-sdk';
import { parseRedisUrls, type RedisAddress, RedisUrlError } from './redis-url.js';

/** How to reach the server, or the servers, of a store. Plain data: equal settings have equal JSON. */
export interface ConnectionSettings {
  readonly address: RedisAddress;
  readonly isCluster: boolean;
  /** PEM of the authorities; comes before `caFile`. */
  readonly ca: string | undefined;
  readonly caFile: string | undefined;
  readonly connectTimeoutMs: number;
  readonly maxReconnectDelayMs: number;
}

/** What a link says of its store. */
export interface StoreSettings {
  readonly connection: ConnectionSettings;
  readonly responseTimeoutMs: number;
  /** With other links that have the same connection settings. */
  readonly isShared: boolean;
}

/**
 * What the settings of a link mean (docs/spec/provider.md#10.3). A link with a `URL` has user, password and certificates of its own,
 * too: those of the provider are for the provider's server, which links without a `URL` have.
 *
 * @throws SettingsError
 */
export function storeSettings(
  link: Pick<OpenedLink<KeyvalueRedisSettings>, 'config' | 'secrets' | 'settings'>,
  side: 'source' | 'target',
): StoreSettings {
  const { settings } = link;
  const hasOwnServer = [...Object.keys(link.config), ...Object.keys(link.secrets)].some(
    (key) => key.toLowerCase() === 'url',
  );
  if (!hasOwnServer && settings.DISABLE_DEFAULT_CONNECTION) {
    throw new SettingsError(
      `URL is missing, and DISABLE_DEFAULT_CONNECTION keeps the link from the provider's own: put it into the ${side} config or the secrets of the link`,
    );
  }
  const own = hasOwnServer
    ? readSettings(keyvalueRedisSchema, { side, link, provider: { config: {}, secrets: {} } })
    : settings;
  const address = addressOf(own);
  const isCluster = own.CLUSTER || address.nodes.length > 1;
  if (isCluster && (address.database !== 0 || address.nodes.some(({ path }) => path !== undefined))) {
    throw new SettingsError('URL can not be used: a cluster has the database 0 alone, and no sockets');
  }
  return {
    connection: {
      address,
      isCluster,
      ca: own.TLS_CA,
      caFile: own.TLS_CA_FILE,
      connectTimeoutMs: settings.BACKEND_CONNECTION_TIMEOUT_MS,
      maxReconnectDelayMs: settings.BACKEND_RECONNECT_MAX_DELAY_MS,
    },
    responseTimeoutMs: settings.BACKEND_RESPONSE_TIMEOUT_MS,
    isShared: !hasOwnServer || settings.SHARE_CONNECTIONS_BY_URL,
  };
}

function addressOf({ URL, USERNAME, PASSWORD }: KeyvalueRedisSettings): RedisAddress {
  try {
    const address = parseRedisUrls(URL);
    return { ...address, username: address.username ?? USERNAME, password: address.password ?? PASSWORD };
  } catch (error) {
    if (error instanceof RedisUrlError) throw new SettingsError(`URL can not be used: ${error.message}`);
    throw error;
  }
}
