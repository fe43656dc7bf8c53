import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { startNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { blobstoreContract } from '../blobstore/blobstore-contract.js';
import { upstreamProgram } from './upstream-program.js';

const id = 'blobstore';

blobstoreContract(
  'blobstore-nats of wasmCloud',
  async () => {
    const program = upstreamProgram('blobstore-nats');
    await using opened = new AsyncDisposableStack();
    const servers = [opened.use(await startNatsServer()), opened.use(await startNatsServer())] as const;
    const [nats, other] = servers;
    const harness = opened.use(
      await ProviderHarness.connect({ url: nats.url, program, id, isForeign: true }),
    );
    const connections = await Promise.all(servers.map(({ url }) => connect({ servers: url })));
    for (const connection of connections) opened.defer(() => connection.close());
    const managers = await Promise.all(connections.map((connection) => connection.jetstreamManager()));
    const scope = opened.move();
    return {
      harness,
      id,
      first: { cluster_uri: nats.url },
      second: { cluster_uri: other.url },
      empty: async () => {
        for (const manager of managers) {
          for (const name of await Array.fromAsync(manager.streams.names()))
            await manager.streams.delete(name);
        }
      },
      [Symbol.asyncDispose]: () => scope.disposeAsync(),
    };
  },
  {
    differences: [
      'unlike-missing',
      'missing-delete-fails',
      'whole-lists',
      'whole-reads',
      'no-range-past-end',
      'new-only',
      'put-once',
    ],
  },
);
