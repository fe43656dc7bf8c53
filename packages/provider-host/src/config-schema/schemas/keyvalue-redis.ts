import type { ConfigKey } from '../config-schema.js';
import { flag, type Setting, setting, text, wholeNumber } from '../setting.js';
import { defineSettings, type SettingsSchema } from '../settings-schema.js';
import { unusedKeys } from './unused-keys.js';
import { type WatchedKey, watchedKeys } from './watched-keys.js';

export interface KeyvalueRedisSettings {
  readonly URL: string;
  readonly USERNAME: string | undefined;
  readonly PASSWORD: string | undefined;
  readonly CLUSTER: boolean;
  /** PEM; comes before `TLS_CA_FILE`. */
  readonly TLS_CA: string | undefined;
  readonly TLS_CA_FILE: string | undefined;
  readonly BACKEND_CONNECTION_TIMEOUT_MS: number;
  readonly BACKEND_RESPONSE_TIMEOUT_MS: number;
  readonly BACKEND_RECONNECT_MAX_DELAY_MS: number;
  readonly DISABLE_DEFAULT_CONNECTION: boolean;
  readonly SHARE_CONNECTIONS_BY_URL: boolean;
  readonly watch: readonly WatchedKey[];
}

const sides: ConfigKey['sides'] = ['provider', 'source', 'target'];

/** Upstream takes any value for yes, and so do we, but for those that say no. */
const presence = (description: string): Setting<boolean> =>
  setting((given) => !/^(?:false|no|0)$/i.test(given), {
    sides,
    default: false,
    description,
  });

const authority = {
  sides,
  defaultText: "the system's authorities",
  description: 'certificates as PEM, or the path of a PEM file; for `rediss://`',
} as const;

const milliseconds = (byDefault: number, description: string): Setting<number> =>
  wholeNumber({ sides, least: 1, most: 600_000, default: byDefault, description });

/** docs/spec/provider.md#10.3 */
export const keyvalueRedisSchema: SettingsSchema<KeyvalueRedisSettings> = defineSettings({
  provider: 'keyvalue-redis',
  anyCase: true,
  settings: {
    URL: text({
      sides,
      secret: 'advised',
      default: 'redis://127.0.0.1:6379/',
      description:
        '`redis://host:6379/0`, `rediss://` for TLS, `unix:///path`; better as a secret if it has a password',
    }),
    USERNAME: text({
      sides,
      secret: 'possible',
      description: 'the user that logs in, beside a `URL` without one',
    }),
    PASSWORD: text({ sides, secret: 'advised', description: 'its password; better as a secret' }),
    CLUSTER: flag({
      sides,
      description: '`true`: `URL` is of a node of a cluster, or of several with commas between',
    }),
    TLS_CA: text({ ...authority, secret: 'possible' }),
    TLS_CA_FILE: text(authority),
    BACKEND_CONNECTION_TIMEOUT_MS: milliseconds(3_000, 'how long connecting may take'),
    BACKEND_RESPONSE_TIMEOUT_MS: milliseconds(1_000, 'how long one operation may take'),
    BACKEND_RECONNECT_MAX_DELAY_MS: milliseconds(300, 'longest wait between attempts to come back'),
    DISABLE_DEFAULT_CONNECTION: presence(
      "links without a `URL` of their own are refused instead of getting the provider's",
    ),
    SHARE_CONNECTIONS_BY_URL: presence('links with the same settings share a connection'),
    watch: watchedKeys,
  },
  otherKeys: unusedKeys(['BACKEND_RECONNECT_NUM_RETRIES'], sides),
});
