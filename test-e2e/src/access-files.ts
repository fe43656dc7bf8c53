import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseNatsCredentials } from '@wasmlattice/lattice-connection';
import { inboxPrefixOf, type Role, roles } from '@wasmlattice/nats-access';
import { createTempDir } from '@wasmlattice/test-support';
import { type ConnectionOptions, jwtAuthenticator, nkeyAuthenticator } from 'nats';
import type { DeployedAccess } from './nats-access.js';

/** Credentials files of all roles, gone with their scope. */
export interface AccessFiles extends AsyncDisposable {
  /** Flags of a host whose connections, providers and isolated components have a role each. */
  readonly hostFlags: readonly string[];
  /** The same, but the host makes a user for each provider and isolated component; only where tokens are used. */
  readonly makingHostFlags: readonly string[];
  /** Flags of the command line for one role. */
  cliFlags(role: Role): readonly string[];
  /** Options of a plain NATS connection. */
  login(role: Role): Pick<ConnectionOptions, 'authenticator' | 'inboxPrefix'>;
}

export async function writeAccessFiles({ accountSeed, credentials }: DeployedAccess): Promise<AccessFiles> {
  const folder = await createTempDir();
  const fileOf = (role: Role): string => join(folder.path, `${role}.creds`);
  for (const role of roles) await writeFile(fileOf(role), credentials[role]);
  const seedFile = join(folder.path, 'CALLS.seed');
  if (accountSeed !== undefined) await writeFile(seedFile, `${accountSeed}\n`);
  const flagsOf = (name: string, role: Role): string[] => [
    ...[`--${name}-creds`, fileOf(role)],
    ...[`--${name}-inbox-prefix`, inboxPrefixOf(role)],
  ];
  return {
    hostFlags: [
      ...flagsOf('ctl', 'host'),
      ...flagsOf('rpc', 'host-calls'),
      ...flagsOf('provider', 'provider'),
      ...flagsOf('isolated', 'component'),
    ],
    makingHostFlags: [
      ...flagsOf('ctl', 'host'),
      ...flagsOf('rpc', 'host-calls'),
      ...['--rpc-account-seed-file', seedFile],
    ],
    cliFlags: (role) => flagsOf('ctl', role),
    login(role) {
      const { jwt, seed } = parseNatsCredentials(credentials[role], role);
      const key = new TextEncoder().encode(seed);
      return {
        authenticator: jwt === undefined ? nkeyAuthenticator(key) : jwtAuthenticator(jwt, key),
        inboxPrefix: inboxPrefixOf(role),
      };
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
