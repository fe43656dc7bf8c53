import type { ConfigKey } from '../config-schema.js';
import { text } from '../setting.js';
import { defineSettings, type SettingsSchema } from '../settings-schema.js';
import { type NatsAccessSettings, natsAccessSettings, natsServer } from './nats-access.js';
import { unusedKeys } from './unused-keys.js';

export interface MessagingNatsSettings extends NatsAccessSettings {
  /** `orders.*|workers,news` */
  readonly subscriptions: string;
  readonly cluster_uris: string | undefined;
  readonly custom_inbox_prefix: string | undefined;
  readonly consumers: string | undefined;
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
    // Refused with words of its own by the provider.
    consumers: text({ sides }),
  },
  otherKeys: unusedKeys(['ping_interval_sec'], sides),
});
