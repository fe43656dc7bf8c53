export { EnvironmentSecrets } from './environment.js';
export { FileSecrets } from './files.js';
export { NatsKvSecrets, type NatsKvSecretsOptions } from './nats-kv/nats-kv-secrets.js';
export { serveStoreOperations } from './nats-kv/store-operations.js';
