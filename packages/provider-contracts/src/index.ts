export { type BlobstoreContractOptions, blobstoreContract } from './blobstore/blobstore-contract.js';
export {
  type BlobstoreDifference,
  type BlobstoreSetup,
  blobstoreDifferences,
} from './blobstore/blobstore-setup.js';
export { type KeyvalueContractOptions, keyvalueContract } from './keyvalue/keyvalue-contract.js';
export {
  type KeyvalueDifference,
  type KeyvalueSetup,
  type KeyvalueStoreAccess,
  keyvalueDifferences,
} from './keyvalue/keyvalue-setup.js';
export { type MessagingContractOptions, messagingContract } from './messaging/messaging-contract.js';
export {
  type MessagingDifference,
  type MessagingSetup,
  messagingDifferences,
} from './messaging/messaging-setup.js';
export { type PostgresContractOptions, postgresContract } from './postgres/postgres-contract.js';
export {
  type PostgresDifference,
  type PostgresSetup,
  postgresDifferences,
} from './postgres/postgres-setup.js';
