import { readFile } from 'node:fs/promises';
import { createTokenAccess, credentialsText, type Role, roles } from '@wasmlattice/nats-access';
import type { TestNatsServerOptions } from '@wasmlattice/test-support';
import { nkeys } from 'nats';

/** The variable by which the template finds the public key of a role: `$WASMLATTICE_HOST_CALLS_KEY`. */
function keyVariableOf(role: Role): string {
  return `$WASMLATTICE_${role.toUpperCase().replaceAll('-', '_')}_KEY`;
}

/** What a server is started with, and how each role logs in. */
export interface DeployedAccess {
  readonly server: TestNatsServerOptions & { readonly config: string };
  /** Text of a credentials file. */
  readonly credentials: Readonly<Record<Role, string>>;
  /** Of the account of calls, where tokens are used. */
  readonly accountSeed?: string;
}

/** The template of the repository as it is, with keys that nobody else has. */
export async function deployedKeyAccess(): Promise<DeployedAccess> {
  const config = await readFile(new URL('../../deploy/nats/lattice.conf', import.meta.url), 'utf8');
  const keys = roles.map((role) => [role, nkeys.createUser()] as const);
  return {
    server: {
      config,
      env: Object.fromEntries(keys.map(([role, key]) => [keyVariableOf(role).slice(1), key.getPublicKey()])),
    },
    credentials: Object.fromEntries(
      keys.map(([role, key]) => [role, credentialsText({ seed: new TextDecoder().decode(key.getSeed()) })]),
    ) as Record<Role, string>,
  };
}

/** The same users with tokens. */
export function deployedTokenAccess(): DeployedAccess {
  const { credentials, serverConfig, signingSeeds } = createTokenAccess({ lattice: 'default' });
  return {
    server: { config: serverConfig },
    credentials,
    ...(signingSeeds.CALLS !== undefined && { accountSeed: signingSeeds.CALLS }),
  };
}
