export { credentialsText } from './credentials-text.js';
export { createKeyAccess, createTokenAccess, type LatticeAccess } from './lattice-access.js';
export { createLatticeUser, type LatticeUser } from './lattice-user.js';
export {
  keyPairFromSeed,
  signAccountToken,
  signNatsToken,
  signOperatorToken,
  signUserToken,
  type UserToken,
} from './nats-token.js';
export {
  type PermissionOptions,
  type Permissions,
  permissionsOf,
  SubjectNameError,
  type SubjectRules,
} from './permissions.js';
export { type AccountName, accountOf, inboxPrefixOf, isRole, type Role, roles } from './role.js';
export { accountsConfig } from './server-config.js';
