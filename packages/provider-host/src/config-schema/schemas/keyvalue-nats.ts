import type { ConfigKey } from '../config-schema.js';
import { flag, text } from '../setting.js';
import { defineSettings, type SettingsSchema } from '../settings-schema.js';
import { type NatsAccessSettings, natsAccessSettings, natsServer } from './nats-access.js';
import { type WatchedKey, watchedKeys } from './watched-keys.js';

export interface KeyvalueNatsSettings extends NatsAccessSettings {
  readonly bucket: string;
  readonly enable_bucket_auto_create: boolean;
  readonly watch: readonly WatchedKey[];
  readonly cluster_uri: string | undefined;
  readonly js_domain: string | undefined;
}

const sides: ConfigKey['sides'] = ['provider', 'source', 'target'];

/** docs/spec/provider.md#10.4; `watch` as that of the provider on Redis. */
export const keyvalueNatsSchema: SettingsSchema<KeyvalueNatsSettings> = defineSettings({
  provider: 'keyvalue-nats',
  settings: {
    bucket: text({
      sides,
      required: true,
      inheritedBy: 'bare-links',
      form: {
        pattern: /^[-\w]+$/,
        give: 'give the name of a NATS KV bucket, of letters, digits, "_" and "-" only',
      },
      description: 'the KV bucket',
    }),
    enable_bucket_auto_create: flag({ sides, description: '`true` creates the bucket if there is none' }),
    watch: watchedKeys,
    cluster_uri: natsServer,
    ...natsAccessSettings,
    js_domain: text({ sides, description: 'JetStream domain' }),
  },
});
