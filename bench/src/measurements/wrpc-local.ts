import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Invoker, WitFunction } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { createTempDir } from '@wasmlattice/test-support';
import { buildBytesGuests, loopInterface } from '../guests/bytes-guests.js';
import { type BenchLattice, startLattice } from '../lattice.js';
import { loadCalls } from '../load/call-load.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

/** Calls of one invocation of the caller: so many that the call over NATS that starts it, ten times as slow, does not count. */
const callsEach = 500;
const run: WitFunction = { name: 'run', params: [{ name: 'count', type: { kind: 'u32' } }] };

export const wrpcLocal: Measurement = measurement(
  'wrpc-local',
  'a component calls another on its host, 64 bytes, one at a time',
  1,
);

export const wrpcLocal64: Measurement = measurement(
  'wrpc-local-64',
  'a component calls another on its host, 64 bytes, 64 in flight',
  64,
);

function measurement(name: string, title: string, inFlight: number): Measurement {
  return {
    name,
    unit: 'calls/s',
    better: 'higher',
    title,
    baseline: 'the same with --local-rpc off: over NATS',
    async measure() {
      await using folder = await createTempDir();
      const guests = await buildBytesGuests();
      const files = { echoer: join(folder.path, 'echoer.wasm'), looper: join(folder.path, 'looper.wasm') };
      await Promise.all([writeFile(files.echoer, guests.echoer), writeFile(files.looper, guests.looper)]);
      await using local = await startLattice();
      await using remote = await startLattice(['--local-rpc', 'off']);
      const rates = await Promise.all([local, remote].map((lattice) => deploy(lattice, files, inFlight)));
      const [localRate, remoteRate] = rates as [() => Promise<number>, () => Promise<number>];
      return await medianOfRounds(3, localRate, remoteRate);
    },
  };
}

/** Starts both components; the result measures calls per second between them. */
async function deploy(
  { control, hostId, connection, lattice }: BenchLattice,
  files: Readonly<Record<'echoer' | 'looper', string>>,
  inFlight: number,
): Promise<() => Promise<number>> {
  const invoker = createNatsInvoker({ connection, lattice, timeoutMs: 60_000 });
  for (const componentId of ['echoer', 'looper'] as const) {
    const componentRef = `file://${files[componentId]}`;
    await control.scaleComponent(hostId, { componentId, componentRef, maxInstances: 64 });
  }
  await control.putLink({
    sourceId: 'looper',
    target: 'echoer',
    witNamespace: 'bench',
    witPackage: 'bytes',
    interfaces: ['bytes'],
  });
  await untilServed(invoker);
  const load = { inFlight, warmUpMs: 1_000, durationMs: 3_000 };
  return async () => callsEach * (await loadCalls(() => loop(invoker), load));
}

function loop(invoker: Invoker): Promise<unknown> {
  return invoker.invoke({ target: 'looper', instance: loopInterface, func: run, params: [callsEach] });
}

/** Longest wait for both components, in ms. */
const startDeadlineMs = 30_000;

async function untilServed(invoker: Invoker): Promise<void> {
  for (const deadline = performance.now() + startDeadlineMs; ; ) {
    try {
      await loop(invoker);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}
