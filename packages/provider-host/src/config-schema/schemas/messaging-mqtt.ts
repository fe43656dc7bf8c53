import type { ConfigKey } from '../config-schema.js';
import { flag, InvalidValueError, oneOf, setting, text, wholeNumber } from '../setting.js';
import { defineSettings, type SettingsSchema } from '../settings-schema.js';

export interface MessagingMqttSettings {
  readonly url: string;
  readonly subscriptions: string;
  readonly qos: '0' | '1' | '2';
  readonly subjects: 'dots' | 'topics';
  readonly protocol_version: '5' | '3.1.1';
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** Certificates as PEM; comes before `tls_ca_file`. */
  readonly tls_ca: string | undefined;
  readonly tls_ca_file: string | undefined;
  /** Of the client, as PEM; comes before `tls_cert_file`. */
  readonly tls_cert: string | undefined;
  readonly tls_cert_file: string | undefined;
  readonly tls_key: string | undefined;
  readonly tls_key_file: string | undefined;
  readonly keep_alive_secs: number;
  readonly client_id: string | undefined;
  readonly session_expiry_secs: number;
  readonly max_messages: number;
  readonly retained: 'all' | 'new' | 'none';
  readonly max_deliver: number;
  readonly back_off_ms: readonly number[] | undefined;
  readonly dead_letter_subject: string | undefined;
  readonly handler_timeout_ms: number;
  readonly retain: boolean;
  readonly reply_subject: string;
  readonly will_subject: string | undefined;
  readonly will_body: string;
  readonly will_retain: boolean;
}

const everywhere: ConfigKey['sides'] = ['provider', 'source', 'target'];
const handling: ConfigKey['sides'] = ['provider', 'source'];
const publishing: ConfigKey['sides'] = ['provider', 'target'];

const daySecs = 86_400;

const authority = {
  sides: everywhere,
  defaultText: "the system's authorities",
  description: 'authorities to trust: PEM, or the path of a PEM file',
} as const;
const certificate = {
  sides: everywhere,
  description: 'certificate of the client: PEM, or the path of a PEM file',
} as const;
const key = {
  sides: everywhere,
  description: 'its private key: PEM, better as a secret, or the path of a PEM file',
} as const;

/** Of wasmCloud there is none. */
export const messagingMqttSchema: SettingsSchema<MessagingMqttSettings> = defineSettings({
  provider: 'messaging-mqtt',
  settings: {
    url: text({
      sides: everywhere,
      required: true,
      form: {
        pattern: /^(?:mqtts?|wss?):\/\/[^\s@]+$/,
        give: 'give the URL of a broker, mqtt://, mqtts://, ws:// or wss://, and user and password apart from it',
      },
      description: 'the broker: `mqtt://`, `mqtts://`, `ws://` or `wss://`, without user and password',
    }),
    subscriptions: text({
      sides: handling,
      default: '',
      without: 'the component gets no message',
      defaultText: 'none',
      description: '`subject` or `subject\\|group`, with commas between several; wildcards allowed',
    }),
    qos: oneOf(['0', '1', '2'], {
      sides: everywhere,
      default: '1',
      description: 'quality of service, of what is published and of subscriptions',
    }),
    subjects: oneOf(['dots', 'topics'], {
      sides: everywhere,
      default: 'dots',
      description: 'how components name topics, see below',
    }),
    protocol_version: oneOf(['5', '3.1.1'], {
      sides: everywhere,
      default: '5',
      description: '`5` or `3.1.1`, which has no requests, no traces and no headers of dead letters',
    }),
    username: text({ sides: everywhere, secret: 'possible', description: 'who logs in; may be a secret' }),
    password: text({ sides: everywhere, secret: 'advised', description: 'better as a secret' }),
    tls_ca: text({ ...authority, secret: 'advised' }),
    tls_ca_file: text(authority),
    tls_cert: text({ ...certificate, secret: 'advised' }),
    tls_cert_file: text(certificate),
    tls_key: text({ ...key, secret: 'advised' }),
    tls_key_file: text(key),
    keep_alive_secs: wholeNumber({
      sides: everywhere,
      least: 1,
      most: 65_535,
      default: 60,
      description: 'how long a connection may be silent',
    }),
    client_id: text({
      sides: handling,
      defaultText: 'one of its own',
      description: 'makes the session one that outlives the provider; `{host}` in it is the id of the host',
    }),
    session_expiry_secs: wholeNumber({
      sides: handling,
      least: 0,
      most: 30 * daySecs,
      default: 3_600,
      description: 'how long the broker keeps the session while nobody is connected',
    }),
    max_messages: wholeNumber({
      sides: handling,
      least: 1,
      most: 10_000,
      default: 256,
      description: 'messages that are handled at a time',
    }),
    retained: oneOf(['all', 'new', 'none'], {
      sides: handling,
      default: 'all',
      description: 'retained messages to hand over: `all`, those of a `new` subscription (MQTT 5), `none`',
    }),
    max_deliver: wholeNumber({
      sides: handling,
      least: 1,
      most: 1_000_000,
      default: 5,
      description: 'attempts at a message with QoS 1 or 2',
    }),
    back_off_ms: setting(readWaits, {
      sides: handling,
      defaultText: '1000, 2000, 4000, … up to 60000',
      description: 'waits before the second attempt, the third, …; the last one counts for all further',
    }),
    dead_letter_subject: text({
      sides: handling,
      description: 'where messages go after their last attempt',
    }),
    handler_timeout_ms: wholeNumber({
      sides: handling,
      least: 1,
      most: daySecs * 1_000,
      default: 600_000,
      description: 'how long the component may take; its own limit ends it earlier',
    }),
    retain: flag({
      sides: publishing,
      description: '`true`: the broker keeps the last message of each topic for those who subscribe later',
    }),
    reply_subject: text({
      sides: publishing,
      default: 'replies',
      description: 'below it, each connection has the topics on which answers to its requests arrive',
    }),
    will_subject: text({
      sides: everywhere,
      description: 'where the broker publishes a will when the connection of the link breaks',
    }),
    will_body: text({
      sides: everywhere,
      default: '',
      defaultText: 'empty',
      description: 'what the will says',
    }),
    will_retain: flag({ sides: everywhere, description: '`true`: the broker keeps the will' }),
  },
});

/** `1000,5000,30000` */
function readWaits(given: string): readonly number[] {
  const waits = given.split(',').map((each) => each.trim());
  if (waits.every((each) => /^\d{1,8}$/.test(each) && Number(each) <= daySecs * 1_000))
    return waits.map(Number);
  throw new InvalidValueError('give milliseconds, each up to a day, with commas between several');
}
