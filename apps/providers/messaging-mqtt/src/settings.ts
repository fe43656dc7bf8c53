import { readFile } from 'node:fs/promises';
import { defaultBackOffMs } from '@wasmlattice/messaging';
import { type MessagingMqttSettings, SettingsError } from '@wasmlattice/provider-host/config-schema';
import type { BrokerAccess, BrokerSession, Qos, Will } from './broker-access.js';
import type { DeliverySettings } from './delivery.js';
import type { PublishSettings } from './publisher.js';
import { filterOf, topicOf } from './topics.js';

/** What a link for publishing means. */
export interface PublisherLink {
  readonly access: BrokerAccess;
  /** Below it are the topics on which answers arrive. */
  readonly replyTopic: string;
  readonly publish: PublishSettings;
}

/** @throws SettingsError */
export async function publisherLinkOf(settings: MessagingMqttSettings): Promise<PublisherLink> {
  return {
    access: await accessOf(settings),
    replyTopic: topicIn(settings, 'reply_subject', settings.reply_subject),
    publish: { style: settings.subjects, qos: qosOf(settings), isRetained: settings.retain },
  };
}

/**
 * What a link for handling means.
 *
 * @param hostId takes the place of `{host}` in the client id
 * @param ownClientId where the settings have none
 * @throws SettingsError
 */
export async function deliverySettingsOf(
  settings: MessagingMqttSettings,
  hostId: string,
  ownClientId: string,
): Promise<DeliverySettings> {
  const { dead_letter_subject: deadLetterSubject } = settings;
  return {
    access: await accessOf(settings),
    session: sessionOf(settings, hostId, ownClientId),
    style: settings.subjects,
    filters: filtersOf(settings),
    qos: qosOf(settings),
    retained: settings.retained,
    maxDeliver: settings.max_deliver,
    backOffMs: settings.back_off_ms ?? defaultBackOffMs,
    deadLetterTopic:
      deadLetterSubject === undefined
        ? undefined
        : topicIn(settings, 'dead_letter_subject', deadLetterSubject),
    handlerTimeoutMs: settings.handler_timeout_ms,
  };
}

function sessionOf(settings: MessagingMqttSettings, hostId: string, ownClientId: string): BrokerSession {
  const { client_id: clientId, max_messages: maxMessages, session_expiry_secs: expirySeconds } = settings;
  return {
    clientId: clientId?.replaceAll('{host}', hostId) ?? ownClientId,
    isKept: clientId !== undefined,
    expirySeconds,
    maxMessages,
  };
}

async function accessOf(settings: MessagingMqttSettings): Promise<BrokerAccess> {
  const { keep_alive_secs, password, protocol_version, tls_cert, tls_key, tls_ca, url, username } = settings;
  const tls = {
    ca: tls_ca ?? (await read('tls_ca_file', settings.tls_ca_file)),
    certificate: tls_cert ?? (await read('tls_cert_file', settings.tls_cert_file)),
    key: tls_key ?? (await read('tls_key_file', settings.tls_key_file)),
  };
  if ((tls.certificate === undefined) !== (tls.key === undefined)) {
    throw new SettingsError(
      `${tls.key === undefined ? 'tls_key' : 'tls_cert'} is missing: give both the certificate of the client and its key, or neither`,
    );
  }
  const isEncrypted = /^(?:mqtts|wss):/.test(url);
  if (!isEncrypted && Object.values(tls).some((each) => each !== undefined)) {
    throw new SettingsError(
      `url is ${JSON.stringify(url)}, and tls_ca or tls_cert is set: use mqtts:// or wss://`,
    );
  }
  return {
    url,
    version: protocol_version,
    username,
    password,
    tls,
    keepAliveSeconds: keep_alive_secs,
    will: willOf(settings),
  };
}

async function read(key: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new SettingsError(`${key} is ${JSON.stringify(path)}, which can not be read`, { cause });
  }
}

function willOf(settings: MessagingMqttSettings): Will | undefined {
  const { will_body: payload, will_retain: isRetained, will_subject: subject } = settings;
  if (subject === undefined) return undefined;
  return { topic: topicIn(settings, 'will_subject', subject), payload, qos: qosOf(settings), isRetained };
}

function qosOf({ qos }: MessagingMqttSettings): Qos {
  return qos === '0' ? 0 : qos === '1' ? 1 : 2;
}

function topicIn({ subjects }: MessagingMqttSettings, key: string, subject: string): string {
  const topic = topicOf(subject, subjects);
  if (topic !== undefined) return topic;
  throw new SettingsError(`${key} is ${JSON.stringify(subject)}: give a subject without wildcards`);
}

/** `orders.*|workers,news`; a group shares its messages. */
function filtersOf({ subjects, subscriptions }: MessagingMqttSettings): readonly string[] {
  return subscriptions
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [subject = '', group, ...more] = part.split('|');
      const filter = filterOf(subject, subjects);
      const isGroup = group === undefined || /^[^\s/+#$]+$/.test(group);
      if (filter === undefined || !isGroup || more.length > 0) {
        throw new SettingsError(
          `subscriptions has ${JSON.stringify(part)}: write "subject" or "subject|group", with commas between several`,
        );
      }
      return group === undefined ? filter : `$share/${group}/${filter}`;
    });
}
