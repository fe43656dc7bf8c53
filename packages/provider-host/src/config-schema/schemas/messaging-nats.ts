import type { ConfigKey } from '../config-schema.js';
import { flag, text } from '../setting.js';
import { defineSettings, type SettingsSchema } from '../settings-schema.js';
import { type NatsAccessSettings, natsAccessSettings, natsServer } from './nats-access.js';
import { unusedKeys } from './unused-keys.js';

export interface MessagingNatsSettings extends NatsAccessSettings {
  /** `orders.*|workers,news` */
  readonly subscriptions: string;
  readonly cluster_uris: string | undefined;
  readonly custom_inbox_prefix: string | undefined;
  /** A JSON array, which the provider reads. */
  readonly consumers: string | undefined;
  readonly js_domain: string | undefined;
  readonly publish_to_streams: boolean;
}

const sides: ConfigKey['sides'] = ['provider', 'source', 'target'];

/** docs/spec/provider.md#10.10 */
export const messagingNatsSchema: SettingsSchema<MessagingNatsSettings> = defineSettings({
  provider: 'messaging-nats',
  settings: {
    subscriptions: text({
      sides: ['provider', 'source'],
      default: '',
      without: 'the component gets no message',
      alternatives: ['consumers'],
      defaultText: 'none',
      description: '`subject` or `subject\\|queue`, with commas between several; wildcards allowed',
    }),
    cluster_uris: natsServer,
    ...natsAccessSettings,
    custom_inbox_prefix: text({
      sides,
      defaultText: '`_INBOX`',
      description: 'where answers to requests arrive',
    }),
    consumers: text({
      sides: ['provider', 'source'],
      description: 'JSON array of JetStream consumers, see below',
    }),
    js_domain: text({ sides, description: 'JetStream domain' }),
    publish_to_streams: flag({
      sides: ['provider', 'target'],
      description: '`true`: `publish` waits until a stream has the message, and fails if none keeps it',
    }),
  },
  otherKeys: unusedKeys(['ping_interval_sec'], sides),
});
