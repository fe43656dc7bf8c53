export { LatticeConnectionError, type NatsCredentials, type NatsTls } from '@wasmlattice/lattice-connection';
export {
  type ConfigKey,
  type ConfigLayer,
  type ConfigSchema,
  type ConfigSide,
  defineSettings,
  flag,
  InvalidValueError,
  type NatsAccessSettings,
  natsAccessSettings,
  oneOf,
  readSettings,
  type Setting,
  SettingsError,
  type SettingsSchema,
  setting,
  text,
  wholeNumber,
} from '@wasmlattice/provider-host/config-schema';
export type { HealthReply, SecretMap, SecretValue, StringMap } from '@wasmlattice/provider-host/protocol';
export { type Answer, type Answering, type AnsweringOptions, answering } from './answering.js';
export { ConfigKeyError } from './check-config.js';
export { LinkFailedError, type LinkName, NotLinkedError } from './links/link-errors.js';
export type { LinkMap, LinkMapOptions, OpenedLink } from './links/link-map.js';
export type { Lease, LinkEnd } from './links/linked-resource.js';
export { readNatsAccess } from './nats-access-config.js';
export { connectNats } from './nats-connection.js';
export { NatsPool } from './nats-pool.js';
export { provideWorld, type WorldImplementation } from './provide-world.js';
export type {
  NatsAccess,
  Provider,
  ProviderContext,
  ProviderFactory,
  ProviderLink,
  ProviderLinkIdentity,
} from './provider.js';
export {
  type ProviderCall,
  type ProviderExport,
  type ProviderImplementation,
  provide,
} from './provider-export.js';
export { reasonOf } from './reason-of.js';
export { runProvider } from './run-provider.js';
export { type Shared, SharedPool, type SharedPoolOptions } from './shared-pool.js';
export { type StartedProvider, type StartProviderOptions, startProvider } from './start-provider.js';
