import { connectLattice } from '@wasmlattice/lattice-connection';
import type { HostData } from '@wasmlattice/provider-host/protocol';
import type { Logger } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import type { NatsAccess } from './provider.js';

const defaultUrl = 'nats://127.0.0.1:4222';

/** The rpc server and credentials the host gave. */
export function natsAccess(hostData: HostData): NatsAccess {
  const url = hostData.latticeRpcUrl.trim() || defaultUrl;
  const jwt = hostData.latticeRpcUserJwt.trim();
  const seed = hostData.latticeRpcUserSeed.trim();
  const { latticeRpcInboxPrefix: inboxPrefix, latticeRpcTls: tls } = hostData;
  return {
    url,
    ...(seed !== '' && { credentials: { ...(jwt !== '' && { jwt }), seed } }),
    ...(tls !== undefined && { tls }),
    ...(inboxPrefix !== undefined && { inboxPrefix }),
  };
}

/**
 * Connects and logs what happens to the connection from then on. After the first success it tries to come back for
 * ever, whatever the server says: a provider that gave up would stay in the inventory without doing anything.
 *
 * Rejects with a `LatticeConnectionError` when the first attempt fails: its message names the server and what to check.
 */
export function connectNats(access: NatsAccess, name: string, logger: Logger): Promise<NatsConnection> {
  return connectLattice({ ...access, name, outlivesRefusals: true }, logger);
}
