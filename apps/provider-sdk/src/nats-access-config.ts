import { type NatsAccessSettings, SettingsError } from '@wasmlattice/provider-host/config-schema';
import type { NatsAccess } from './provider.js';

/**
 * How to reach the server that the settings of a link name. The lattice's credentials are used for the lattice's own server only, unless
 * the settings have others; they are never sent to another server.
 *
 * @param url one URL, or several with commas between; `undefined`: the lattice's own server
 * @throws SettingsError when one of `client_jwt` and `client_seed` is missing
 */
export function readNatsAccess(
  url: string | undefined,
  settings: NatsAccessSettings,
  lattice: NatsAccess,
): NatsAccess {
  const { client_jwt: jwt, client_seed: seed, tls_ca: ca, tls_ca_file: caFile } = settings;
  if ((jwt === undefined) !== (seed === undefined)) {
    throw new SettingsError(
      `client_${jwt === undefined ? 'jwt' : 'seed'} is missing: give both client_jwt and client_seed, or neither`,
    );
  }
  const { inboxPrefix, ...server } = lattice;
  const base = url === undefined ? server : { url };
  const isLatticeUser = url === undefined && jwt === undefined;
  return {
    ...base,
    // It is what that user may subscribe to.
    ...(isLatticeUser && inboxPrefix !== undefined && { inboxPrefix }),
    ...(jwt === undefined || seed === undefined ? {} : { credentials: { jwt, seed } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...(ca === undefined && caFile !== undefined ? { tls: { caFile } } : {}),
  };
}
