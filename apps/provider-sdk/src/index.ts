export { LatticeConnectionError, type NatsCredentials, type NatsTls } from '@wasmlattice/lattice-connection';
export {
  blobstoreFsSchema,
  type ConfigKey,
  type ConfigSchema,
  type ConfigSide,
  keyvalueNatsSchema,
  messagingNatsSchema,
} from '@wasmlattice/provider-host/config-schema';
export type { HealthReply, SecretMap, SecretValue, StringMap } from '@wasmlattice/provider-host/protocol';
export { ConfigKeyError } from './check-config.js';
export {
  type ConfigLayer,
  type NatsAccessConfig,
  readConfigValue,
  readNatsAccess,
  secretText,
} from './nats-access-config.js';
export { connectNats } from './nats-connection.js';
export {
  type ConnectionPool,
  createConnectionPool,
  type PooledConnection,
} from './nats-connection-pool.js';
export { provideWorld, type WorldImplementation } from './provide-world.js';
export type {
  NatsAccess,
  Provider,
  ProviderContext,
  ProviderLink,
  ProviderLinkIdentity,
} from './provider.js';
export {
  type ProviderCall,
  type ProviderExport,
  type ProviderImplementation,
  provide,
} from './provider-export.js';
export { type RunProviderOptions, runProvider } from './run-provider.js';
export { type StartedProvider, type StartProviderOptions, startProvider } from './start-provider.js';
