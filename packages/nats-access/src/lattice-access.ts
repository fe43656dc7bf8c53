import { createAccount, createOperator, createUser, type KeyPair } from 'nkeys.js';
import { credentialsText } from './credentials-text.js';
import { signAccountToken, signOperatorToken, signUserToken } from './nats-token.js';
import { type PermissionOptions, permissionsOf } from './permissions.js';
import { type AccountName, accountOf, type Role, roles } from './role.js';
import { accountsConfig } from './server-config.js';

/** A server's configuration and a login for each role, made together. */
export interface LatticeAccess {
  /** Part of a `nats-server` configuration: who there is, and who may do what. Holds no secrets. */
  readonly serverConfig: string;
  /** Credentials file of each role. Whoever has one is that role. */
  readonly credentials: Readonly<Record<Role, string>>;
  /** Seeds that sign further users, those of accounts, and further accounts, that of the operator; only where tokens are used. */
  readonly signingSeeds: Readonly<Partial<Record<AccountName | 'operator', string>>>;
}

/** Users whom the server knows by their keys: nothing but a configuration is needed. wash and wadm can't log in so. */
export function createKeyAccess(options: PermissionOptions): LatticeAccess {
  const keys = new Map(roles.map((role) => [role, createUser()]));
  return {
    serverConfig: accountsConfig(options, (role) => publicKeyOf(keys.get(role))),
    credentials: forEachRole((role) => credentialsText({ seed: seedOf(keys.get(role)) })),
    signingSeeds: {},
  };
}

/**
 * Users with tokens that accounts sign, which an operator has signed (NATS's decentralised mode): every tool of wasmCloud logs in so,
 * and further users need no change of the server.
 */
export function createTokenAccess(options: PermissionOptions): LatticeAccess {
  const operator = createOperator();
  const system = createAccount();
  const accounts: Readonly<Record<AccountName, KeyPair>> = {
    CONTROL: createAccount(),
    CALLS: createAccount(),
  };
  const tokens = [
    { name: 'SYS', key: system, jetstream: false },
    ...(Object.keys(accounts) as AccountName[]).map((name) => ({
      name,
      key: accounts[name],
      jetstream: true,
    })),
  ].map(({ name, key, jetstream }) => {
    const account = key.getPublicKey();
    return [account, signAccountToken({ name, account, jetstream }, operator)] as const;
  });
  return {
    serverConfig: [
      '# A token with many permissions is longer than a server takes by default, 4,096 bytes.',
      'max_control_line: 16384',
      `operator: ${signOperatorToken(operator, system.getPublicKey())}`,
      `system_account: ${system.getPublicKey()}`,
      'resolver: MEMORY',
      'resolver_preload: {',
      ...tokens.map(([account, token]) => `  ${account}: ${token}`),
      '}',
      '',
    ].join('\n'),
    credentials: forEachRole((role) => {
      const user = createUser();
      const jwt = signUserToken(
        { name: role, user: user.getPublicKey(), permissions: permissionsOf(role, options) },
        accounts[accountOf[role]],
      );
      return credentialsText({ jwt, seed: seedOf(user) });
    }),
    signingSeeds: {
      operator: seedOf(operator),
      CONTROL: seedOf(accounts.CONTROL),
      CALLS: seedOf(accounts.CALLS),
    },
  };
}

function forEachRole<T>(make: (role: Role) => T): Readonly<Record<Role, T>> {
  return Object.fromEntries(roles.map((role) => [role, make(role)])) as Record<Role, T>;
}

function publicKeyOf(key: KeyPair | undefined): string {
  if (key === undefined) throw new Error('every role has a key');
  return key.getPublicKey();
}

function seedOf(key: KeyPair | undefined): string {
  if (key === undefined) throw new Error('every role has a key');
  return new TextDecoder().decode(key.getSeed());
}
