import { setImmediate as turn } from 'node:timers/promises';
import { incomingHandlerExport, invokeIncomingHandler } from '@wasmlattice/wasm-runtime/host-functions';
import { type EngineGuest, startEngineGuest } from '../engine-guest.js';
import { artifacts } from '../lattice.js';
import { unreadExchange } from '../load/unread-exchange.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const warmUp = 1_500;

/** Many short rounds: the difference is smaller than what a busy machine does to one. */
const rounds = 41;
const requestsPerRound = 320;

/** Between two turns of the event loop, as from as many connections: guests are suspended where it has no turn. */
const requestsPerTurn = 16;

export const preemptionCost: Measurement = {
  name: 'preemption-cost',
  unit: 'µs',
  better: 'lower',
  target: 1.1,
  title:
    'CPU time of a request to a TypeScript guest, in the engine, that can be interrupted while it computes',
  baseline: 'the same guest compiled without checks, and no clock',
  async measure() {
    await using checked = await startEngineGuest({ file: artifacts.hello });
    await using unchecked = await startEngineGuest({ file: artifacts.hello, preemptible: false });
    for (const guest of [checked, unchecked]) await requestMicroseconds(guest, warmUp);
    // Awaited here: what is measured goes away with this scope.
    return await medianOfRounds(
      rounds,
      () => requestMicroseconds(checked, requestsPerRound),
      () => requestMicroseconds(unchecked, requestsPerRound),
    );
  },
};

/** Of this thread: others that compute meanwhile do not count. */
async function requestMicroseconds(guest: EngineGuest, requests: number): Promise<number> {
  const exportId = incomingHandlerExport(guest.types) ?? '';
  const before = process.threadCpuUsage();
  for (let i = 0; i < requests; i++) {
    if (i % requestsPerTurn === 0) await turn();
    const outcome = await guest.run((instance) =>
      invokeIncomingHandler({ instance, exportId, exchange: unreadExchange(), component: 'hello' }),
    );
    if (outcome.kind !== 'answered') throw new Error(`the guest ${outcome.kind}`);
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / requests;
}
