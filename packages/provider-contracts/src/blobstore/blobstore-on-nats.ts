import { startNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { type ProviderProgram, providerAtHand } from '../provider-at-hand.js';
import type { BlobstoreSetup } from './blobstore-setup.js';

/** For providers that keep containers as buckets of the object store of NATS. */
export function blobstoreOnNats(program: ProviderProgram): Promise<BlobstoreSetup> {
  return providerAtHand('blobstore', program, async ({ nats, scope }) => {
    const other = scope.use(await startNatsServer());
    const connections = await Promise.all([nats, other].map(({ url }) => connect({ servers: url })));
    for (const connection of connections) scope.defer(() => connection.close());
    const managers = await Promise.all(connections.map((connection) => connection.jetstreamManager()));
    return {
      first: { cluster_uri: nats.url },
      second: { cluster_uri: other.url },
      async empty() {
        for (const { streams } of managers) {
          for (const name of await Array.fromAsync(streams.names())) await streams.delete(name);
        }
      },
    };
  });
}
