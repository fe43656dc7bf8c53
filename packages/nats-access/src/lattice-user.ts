import { createUser, type KeyPair } from 'nkeys.js';
import { signUserToken } from './nats-token.js';
import { type PermissionOptions, permissionsOf } from './permissions.js';
import { inboxPrefixOf, type Role } from './role.js';

/** A user that was made for one member of a lattice. */
export interface LatticeUser {
  readonly jwt: string;
  readonly seed: string;
  /** First tokens of the inboxes that it may have. */
  readonly inboxPrefix: string;
}

/**
 * Makes a user that is `role`, and with an `id` that one alone; `account` is the key of the account of the role. Servers that
 * trust the account let it in, no configuration changes.
 *
 * @throws {@link SubjectNameError}
 */
export function createLatticeUser(role: Role, account: KeyPair, options: PermissionOptions): LatticeUser {
  const user = createUser();
  const jwt = signUserToken(
    { name: options.id ?? role, user: user.getPublicKey(), permissions: permissionsOf(role, options) },
    account,
  );
  return {
    jwt,
    seed: new TextDecoder().decode(user.getSeed()),
    inboxPrefix: inboxPrefixOf(role, options.id),
  };
}
