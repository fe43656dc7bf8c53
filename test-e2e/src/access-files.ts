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
  /** Flags of the command line for one role. */
  cliFlags(role: Role): readonly string[];
  /** Options of a plain NATS connection. */
  login(role: Role): Pick<ConnectionOptions, 'authenticator' | 'inboxPrefix'>;
}

export async function writeAccessFiles({ credentials }: DeployedAccess): Promise<AccessFiles> {
  const folder = await createTempDir();
  const fileOf = (role: Role): string => join(folder.path, `${role}.creds`);
  for (const role of roles) await writeFile(fileOf(role), credentials[role]);
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
