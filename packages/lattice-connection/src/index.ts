export {
  connectionSettings,
  connectLattice,
  LatticeConnectionError,
  type LatticeConnectionFailure,
  type LatticeConnectionPurpose,
  type LatticeConnectionSettings,
} from './connect-lattice.js';
export {
  loadNatsCredentials,
  type NatsCredentials,
  NatsCredentialsError,
  parseNatsCredentials,
} from './credentials.js';
export type { NatsCredentialsSource, NatsEndpoint } from './endpoint.js';
