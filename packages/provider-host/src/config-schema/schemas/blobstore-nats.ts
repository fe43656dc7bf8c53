import { flag, InvalidValueError, setting, text, wholeNumber } from '../setting.js';
import { defineSettings, type SettingsSchema } from '../settings-schema.js';
import { type NatsAccessSettings, natsAccessSettings, natsServer } from './nats-access.js';

export interface BlobstoreNatsSettings extends NatsAccessSettings {
  readonly cluster_uri: string | undefined;
  readonly js_domain: string | undefined;
  /** In seconds; 0 for ever. */
  readonly max_age: number;
  readonly storage_type: 'file' | 'memory';
  readonly num_replicas: number;
  readonly compression: boolean;
  /** In seconds. */
  readonly max_write_wait: number;
}

const sides = ['provider', 'target'] as const;
/** Seconds in a hundred years: JetStream counts in nanoseconds of 63 bits. */
const mostSeconds = 3_155_760_000;

function storageOf(given: string): 'file' | 'memory' {
  const word = given.toLowerCase();
  if (word === 'file' || word === '0') return 'file';
  if (word === 'memory' || word === '1') return 'memory';
  throw new InvalidValueError('give file or memory');
}

/** docs/spec/provider.md#10.8 */
export const blobstoreNatsSchema: SettingsSchema<BlobstoreNatsSettings> = defineSettings({
  provider: 'blobstore-nats',
  settings: {
    cluster_uri: { ...natsServer, sides },
    client_jwt: { ...natsAccessSettings.client_jwt, sides },
    client_seed: { ...natsAccessSettings.client_seed, sides },
    tls_ca: { ...natsAccessSettings.tls_ca, sides },
    tls_ca_file: { ...natsAccessSettings.tls_ca_file, sides },
    js_domain: text({ description: 'JetStream domain' }),
    storage_type: setting(storageOf, {
      default: 'file',
      description:
        'of new containers: `file`, or `memory`, which a restart of the server empties; also `0` and `1`',
    }),
    num_replicas: wholeNumber({
      least: 1,
      most: 5,
      default: 1,
      description: 'of new containers: how many servers of a NATS cluster have their objects',
    }),
    compression: flag({ description: 'of new containers: whether the server compresses what it stores' }),
    max_age: wholeNumber({
      least: 0,
      most: mostSeconds,
      default: 0,
      description: 'of new containers: after how many seconds objects are deleted; 0 keeps them',
    }),
    max_write_wait: wholeNumber({
      least: 1,
      most: 3_600,
      default: 30,
      description: 'how many seconds the server may take to store a piece of an object',
    }),
  },
});
