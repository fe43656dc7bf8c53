export { blobstoreContract } from './blobstore/blobstore-contract.js';
export { blobstoreOnFiles } from './blobstore/blobstore-on-files.js';
export { blobstoreOnNats } from './blobstore/blobstore-on-nats.js';
export {
  type BlobstoreDifference,
  type BlobstoreSetup,
  blobstoreDifferences,
} from './blobstore/blobstore-setup.js';
export type { ContractOptions } from './claims.js';
export { httpClientContract } from './http/http-client-contract.js';
export {
  type HttpClientDifference,
  type HttpClientSetup,
  httpClientDifferences,
  type RunningHttpClient,
} from './http/http-client-setup.js';
export { httpServerContract } from './http/http-server-contract.js';
export {
  type HttpServerDifference,
  type HttpServerLink,
  type HttpServerSetup,
  httpServerDifferences,
  type RunningHttpServer,
} from './http/http-server-setup.js';
export { processHttpClient } from './http/process-http-client.js';
export { processHttpServer } from './http/process-http-server.js';
export { keyvalueContract } from './keyvalue/keyvalue-contract.js';
export { keyvalueOnNats } from './keyvalue/keyvalue-on-nats.js';
export {
  type KeyvalueDifference,
  type KeyvalueSetup,
  type KeyvalueStoreAccess,
  keyvalueDifferences,
} from './keyvalue/keyvalue-setup.js';
export { messagingContract } from './messaging/messaging-contract.js';
export {
  type MessagingDifference,
  type MessagingSetup,
  messagingDifferences,
} from './messaging/messaging-setup.js';
export { postgresContract } from './postgres/postgres-contract.js';
export { postgresOnServer } from './postgres/postgres-on-server.js';
export {
  type PostgresDifference,
  type PostgresSetup,
  postgresDifferences,
} from './postgres/postgres-setup.js';
export {
  type ProviderAtHand,
  type ProviderProgram,
  providerAtHand,
  type Surroundings,
} from './provider-at-hand.js';
