import type { ConfigSchema } from '../config-schema.js';
import { blobstoreFsSchema } from './blobstore-fs.js';
import { blobstoreNatsSchema } from './blobstore-nats.js';
import { blobstoreS3Schema } from './blobstore-s3.js';
import { httpServerSchema } from './http-server.js';
import { keyvalueNatsSchema } from './keyvalue-nats.js';
import { keyvalueRedisSchema } from './keyvalue-redis.js';
import { messagingMqttSchema } from './messaging-mqtt.js';
import { messagingNatsSchema } from './messaging-nats.js';
import { sqldbPostgresSchema } from './sqldb-postgres.js';
import { sqldbSqliteSchema } from './sqldb-sqlite.js';

const schemas: readonly ConfigSchema[] = [
  httpServerSchema,
  keyvalueNatsSchema,
  keyvalueRedisSchema,
  messagingMqttSchema,
  messagingNatsSchema,
  blobstoreFsSchema,
  blobstoreNatsSchema,
  blobstoreS3Schema,
  sqldbPostgresSchema,
  sqldbSqliteSchema,
];

/**
 * The settings of the provider that a reference names, as far as they are known: built-in ones by their name, others by that of their
 * repository, package folder or file, such as `ghcr.io/wasmcloud/keyvalue-nats:0.3.1` or
 * `file:///…/provider-keyvalue-nats/dist/main.js`.
 */
export function configSchemaOf(reference: string): ConfigSchema | undefined {
  const words = reference
    .split('/')
    .map((part) => (part.split(/[:@.]/, 1)[0] ?? '').replace(/^provider-/, '').replaceAll('_', '-'));
  return schemas.findLast(({ provider }) => words.includes(provider));
}
