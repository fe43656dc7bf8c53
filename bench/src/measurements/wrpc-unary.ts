import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { startNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { startPlainResponder } from '../baselines/plain-responder.js';
import { loadCalls } from '../load/call-load.js';
import type { Measurement } from '../measurement.js';
import { echo, lattice, peerAddress } from '../peers/peer-contract.js';
import { startRpcPeer } from '../peers/rpc-peer.js';
import { medianOfRounds } from '../rounds.js';

const payloadBytes = 64;

/** A call is five messages (docs/spec/wrpc.md#2.4), a request of the client is two. */
const messagesOfCallToRequest = 5 / 2;

export const wrpcUnary1: Measurement = measurement('wrpc-unary-1', 1);
export const wrpcUnary: Measurement = measurement('wrpc-unary', 64);
export const wrpcUnary256: Measurement = measurement('wrpc-unary-256', 256);

function measurement(name: string, inFlight: number): Measurement {
  const load = { inFlight, warmUpMs: 300, durationMs: 700 };
  return {
    name,
    unit: 'calls/s',
    better: 'higher',
    title: `a wRPC call over NATS that echoes 64 bytes, ${inFlight} in flight; five messages`,
    baseline: `request of the NATS client, 64 bytes each way, ${inFlight} in flight; two messages`,
    async measure() {
      await using nats = await startNatsServer();
      await using _peer = await startRpcPeer(nats.url);
      await using plain = await startPlainResponder(nats.url, payloadBytes);
      await using opened = new AsyncDisposableStack();
      const connection = await connect({ servers: nats.url });
      opened.defer(() => connection.close());
      const invoker = createNatsInvoker({ connection, lattice });
      opened.defer(() => invoker.close());
      const payload = new Uint8Array(payloadBytes);
      const invocation = { ...peerAddress, func: echo, params: [payload] };
      const measured = await medianOfRounds(
        5,
        () => loadCalls(() => invoker.invoke(invocation), load),
        () => loadCalls(() => connection.request(plain.subject, payload, { timeout: 10_000 }), load),
      );
      const perMessage = (measured.value / measured.baseline) * messagesOfCallToRequest;
      return { ...measured, note: `${perMessage.toFixed(2)} with as many messages` };
    },
  };
}
