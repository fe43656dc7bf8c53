import { ok, serveInterface } from '@wasmlattice/rpc';
import { httpIncomingHandler } from '@wasmlattice/rpc/interfaces';
import { createNatsServer } from '@wasmlattice/rpc/nats';
import { connect } from 'nats';

const [servers = '', lattice = '', target = ''] = process.argv.slice(2);
const connection = await connect({ servers });

async function* nothing(): AsyncGenerator<Uint8Array> {}

await serveInterface(createNatsServer({ connection, lattice }), {
  target,
  interface: httpIncomingHandler,
  implementation: {
    handle: async () =>
      ok({ status: 200, headers: [], body: nothing(), trailers: Promise.resolve(undefined) }),
  },
});
await connection.flush();
process.on('disconnect', () => process.exit());
process.send?.('ready');
