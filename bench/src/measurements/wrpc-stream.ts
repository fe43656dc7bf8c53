import { call, type Invoker } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { startNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { downloadRaw, transferRate } from '../load/raw-download.js';
import type { Measurement } from '../measurement.js';
import { download, lattice, peerAddress, streamBytes } from '../peers/peer-contract.js';
import { startRpcPeer } from '../peers/rpc-peer.js';
import { medianOfRounds } from '../rounds.js';

export const wrpcStream: Measurement = {
  name: 'wrpc-stream',
  unit: 'MB/s',
  better: 'higher',
  title: '100 MB from one process to another through a stream of a wRPC call, chunks of 64 KiB',
  baseline: 'the same bytes in the same chunks published to a NATS subject, flushed at each MiB',
  async measure() {
    await using nats = await startNatsServer();
    // Two processes that do the same: the peak of one is of the calls alone.
    await using peer = await startRpcPeer(nats.url, 'calls');
    await using _rawPeer = await startRpcPeer(nats.url, 'raw');
    await using opened = new AsyncDisposableStack();
    const connection = await connect({ servers: nats.url });
    opened.defer(() => connection.close());
    const invoker = createNatsInvoker({ connection, lattice, timeoutMs: 60_000 });
    opened.defer(() => invoker.close());
    const measured = await medianOfRounds(
      3,
      () => transferRate(() => downloadByCall(invoker)),
      () => transferRate(() => downloadRaw(connection)),
    );
    const peak = (await peer.peakMemory()) / 1e6;
    return { ...measured, note: `peak memory of the sending process ${Math.round(peak)} MB` };
  },
};

async function downloadByCall(invoker: Invoker): Promise<void> {
  let received = 0;
  const chunks = await call(invoker, { ...peerAddress, func: download, params: [streamBytes] });
  for await (const chunk of chunks) received += chunk.length;
  if (received !== streamBytes) throw new Error(`the stream had ${received} bytes, not ${streamBytes}`);
}
