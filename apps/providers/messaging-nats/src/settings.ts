import type { MessagingNatsSettings } from '@wasmlattice/provider-host/config-schema';
import { type NatsAccess, readNatsAccess, SettingsError } from '@wasmlattice/provider-sdk';
import { type ConsumerSettings, readConsumers } from './jetstream/consumer-settings.js';
import { isFilter, isQueueName } from './subjects.js';

/** Where a link's messages go to or come from. */
export interface MessagingSettings {
  readonly access: NatsAccess;
  /** What a component that handles messages gets. */
  readonly subscriptions: readonly Subscription[];
  /** And from streams. */
  readonly consumers: readonly ConsumerSettings[];
  /** JetStream domain, where it is not that of the connection. */
  readonly jsDomain: string | undefined;
  /** Whether a message is published only once a stream has it. */
  readonly publishesToStreams: boolean;
  /** Where replies to requests arrive, for users who may not subscribe to `_INBOX`. */
  readonly inboxPrefix: string | undefined;
}

export interface Subscription {
  /** Wildcards allowed. */
  readonly subject: string;
  /** Of the members of a queue group, one gets each message. */
  readonly queue: string | undefined;
}

/**
 * What the settings of a link mean (docs/spec/provider.md#10.10). Without `cluster_uris` the messages are on the lattice's own server, where
 * the lattice's credentials are used unless others are given; they are never sent to another server.
 *
 * @throws SettingsError
 */
export function messagingSettings(settings: MessagingNatsSettings, lattice: NatsAccess): MessagingSettings {
  return {
    access: readNatsAccess(settings.cluster_uris, settings, lattice),
    subscriptions: readSubscriptions(settings.subscriptions),
    consumers: settings.consumers === undefined ? [] : readConsumers(settings.consumers),
    jsDomain: settings.js_domain,
    publishesToStreams: settings.publish_to_streams,
    inboxPrefix: settings.custom_inbox_prefix,
  };
}

/** `orders.*|workers,news` */
function readSubscriptions(text: string): Subscription[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [subject = '', queue, ...more] = part.split('|');
      const valid = isFilter(subject) && (queue === undefined || isQueueName(queue)) && more.length === 0;
      if (valid) return { subject, queue };
      throw new SettingsError(
        `subscriptions has ${JSON.stringify(part)}: write "subject" or "subject|queue", with commas between several`,
      );
    });
}
