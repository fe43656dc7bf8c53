import {
  type ConfigLayer,
  type NatsAccess,
  readConfigValue,
  readNatsAccess,
} from '@wasmlattice/provider-sdk';
import { isFilter, isQueueName } from './subjects.js';

/** Where a link's messages go to or come from. */
export interface MessagingSettings {
  readonly access: NatsAccess;
  /** What a component that handles messages gets. */
  readonly subscriptions: readonly Subscription[];
  /** Where replies to requests arrive, for users who may not subscribe to `_INBOX`. */
  readonly inboxPrefix: string | undefined;
}

export interface Subscription {
  /** Wildcards allowed. */
  readonly subject: string;
  /** Of the members of a queue group, one gets each message. */
  readonly queue: string | undefined;
}

/** A link config that can't be used; the message names the key. */
export class MessagingSettingsError extends Error {
  override readonly name = 'MessagingSettingsError';
}

/**
 * Reads the settings of a link (docs/spec/provider.md#10.10). The link's values come before the provider's
 * own, and secrets before configs. Without `cluster_uris` the messages are on the lattice's own server, where
 * the lattice's credentials are used unless others are given; they are never sent to another server.
 *
 * @throws MessagingSettingsError
 */
export function readMessagingSettings(
  link: ConfigLayer,
  provider: ConfigLayer,
  lattice: NatsAccess,
): MessagingSettings {
  const values = { ...readValues(provider), ...readValues(link) };
  if (values.consumers !== undefined) {
    throw new MessagingSettingsError(
      'consumers is set: JetStream consumers are not supported, use subscriptions; messages of a stream can be republished to a subject',
    );
  }
  return {
    access: readNatsAccess({ ...values, url: values.cluster_uris }, lattice, MessagingSettingsError),
    subscriptions: readSubscriptions(values.subscriptions ?? ''),
    inboxPrefix: values.custom_inbox_prefix,
  };
}

const valueKeys = [
  'subscriptions',
  'cluster_uris',
  'client_jwt',
  'client_seed',
  'tls_ca',
  'tls_ca_file',
  'custom_inbox_prefix',
  'consumers',
] as const;

type Values = { readonly [K in (typeof valueKeys)[number]]?: string };

function readValues(layer: ConfigLayer): Values {
  const values: Record<string, string> = {};
  for (const key of valueKeys) {
    const value = readConfigValue(layer, key);
    if (value !== undefined && value.trim() !== '') values[key] = value.trim();
  }
  return values;
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
      throw new MessagingSettingsError(
        `subscriptions has ${JSON.stringify(part)}: write "subject" or "subject|queue", with commas between several`,
      );
    });
}
