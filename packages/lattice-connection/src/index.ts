export { BucketError, openBucket } from './bucket/bucket.js';
export {
  type BucketChange,
  type BucketWatch,
  type WatchedBucket,
  watchBucket,
} from './bucket/bucket-watch.js';
export { connectLattice } from './connect-lattice.js';
export {
  type ConnectionChecklist,
  LatticeConnectionError,
  type LatticeConnectionFailure,
} from './connection-error.js';
export {
  connectionSettings,
  type LatticeConnectionPurpose,
  type LatticeConnectionSettings,
  NatsCertificateError,
  type NatsTls,
} from './connection-settings.js';
export {
  loadNatsCredentials,
  type NatsCredentials,
  NatsCredentialsError,
  parseNatsCredentials,
} from './credentials.js';
export type { NatsCredentialsSource, NatsEndpoint } from './endpoint.js';
