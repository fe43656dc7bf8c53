export { type BlobstoreFsSettings, blobstoreFsSchema } from './blobstore-fs.js';
export { configSchemaOf } from './config-schema-of.js';
export { httpServerSchema } from './http-server.js';
export { type KeyvalueNatsSettings, keyvalueNatsSchema } from './keyvalue-nats.js';
export { type KeyvalueRedisSettings, keyvalueRedisSchema } from './keyvalue-redis.js';
export { type MessagingNatsSettings, messagingNatsSchema } from './messaging-nats.js';
export { type NatsAccessSettings, natsAccessSettings } from './nats-access.js';
export { type SqldbPostgresSettings, sqldbPostgresSchema } from './sqldb-postgres.js';
export type { WatchedKey } from './watched-keys.js';
