import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { startPlainResponder } from '../baselines/plain-responder.js';
import { artifacts, startLattice } from '../lattice.js';
import { loadCalls } from '../load/call-load.js';
import { startStore } from '../load/store-load.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const valueBytes = 64;

/** A provider that gets a value, from JetStream or from its memory. */
interface StoreRow {
  readonly name: string;
  readonly where: string;
  readonly target?: number;
  readonly program: string;
  readonly config: Readonly<Record<string, string>>;
  readonly inFlight: number;
}

export const keyvalueGet: Measurement = measurement({
  name: 'keyvalue-get',
  where: 'JetStream',
  program: artifacts.keyvalueProvider,
  config: { bucket: 'bench', enable_bucket_auto_create: 'true' },
  inFlight: 64,
});

const memory = { where: 'its memory', program: artifacts.memoryProvider, config: {} } as const;

export const providerCall: Measurement = measurement({
  ...memory,
  name: 'provider-call',
  target: 0.6,
  inFlight: 64,
});

function measurement({ name, where, target, program, config, inFlight }: StoreRow): Measurement {
  const load = { inFlight, warmUpMs: 500, durationMs: 2_000 };
  return {
    name,
    unit: 'calls/s',
    better: 'higher',
    ...(target !== undefined && { target }),
    title: `wRPC keyvalue get, ${valueBytes} bytes, ${inFlight} in flight: client, provider, ${where}`,
    baseline: `raw NATS request/reply, ${inFlight} in flight`,
    async measure() {
      await using lattice = await startLattice();
      await using plain = await startPlainResponder(lattice.natsUrl, valueBytes);
      await using opened = new AsyncDisposableStack();
      const invoker = createNatsInvoker({ connection: lattice.connection, lattice: lattice.lattice });
      opened.defer(() => invoker.close());
      const store = await startStore(lattice, invoker, `file://${program}`, config, valueBytes);
      const request = new Uint8Array(valueBytes);
      return await medianOfRounds(
        3,
        () => loadCalls(() => store.get(), load),
        () => loadCalls(() => lattice.connection.request(plain.subject, request, { timeout: 10_000 }), load),
      );
    },
  };
}
