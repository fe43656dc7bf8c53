import { buildGuestText } from '@wasmlattice/handle-guests';
import { noopLogger } from '@wasmlattice/telemetry';
import { http02Guest, http03Guest } from '@wasmlattice/test-support';
import {
  type HttpExchange,
  incomingHandlerExport,
  invokeIncomingHandler,
} from '@wasmlattice/wasm-runtime/host-functions';
import { type EngineGuest, startEngineGuest } from '../engine-guest.js';
import { writeGuest } from '../guests/written-guest.js';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const bodyBytes = 64 * 1024 * 1024;
const chunk = new Uint8Array(64 * 1024);
const rounds = 7;

export const stream03: Measurement = {
  name: 'stream-0.3',
  unit: 'MB/s',
  better: 'higher',
  target: 1,
  title:
    'a body of 64 MiB that a guest of WASI 0.3 copies from its request to its response, 16 KiB at a time, by CPU time',
  baseline: 'the same by a guest of WASI 0.2',
  async measure() {
    await using newer = await writeGuest(await buildGuestText(http03Guest));
    await using older = await writeGuest(await buildGuestText(http02Guest));
    await using guest03 = await startEngineGuest({ file: newer.file });
    await using guest02 = await startEngineGuest({ file: older.file });
    await copyRate(guest03);
    await copyRate(guest02);
    // Awaited here: what is measured goes away with this scope.
    return await medianOfRounds(
      rounds,
      () => copyRate(guest03),
      () => copyRate(guest02),
    );
  },
};

async function copyRate({ types, run }: EngineGuest): Promise<number> {
  const exportId = incomingHandlerExport(types) ?? '';
  const { exchange, received } = copyExchange();
  const before = process.threadCpuUsage();
  const outcome = await run((instance) =>
    invokeIncomingHandler({ instance, exportId, exchange, component: 'copy', logger: noopLogger }),
  );
  const { user, system } = process.threadCpuUsage(before);
  if (outcome.kind !== 'answered') throw new Error(`the guest did not copy the body: ${outcome.kind}`);
  if (received() !== bodyBytes) throw new Error(`of ${bodyBytes} bytes ${received()} came back`);
  return bodyBytes / (user + system);
}

/** A request whose body is always there, and a response that takes all at once. */
function copyExchange(): { readonly exchange: HttpExchange; received(): number } {
  const always = Promise.resolve();
  let left = bodyBytes;
  let received = 0;
  const exchange: HttpExchange = {
    request: { method: 'POST', scheme: 'http', authority: 'localhost', pathWithQuery: '/', headers: [] },
    body: {
      read(max) {
        if (left === 0) return undefined;
        const bytes = chunk.subarray(0, Math.min(max, left));
        left -= bytes.length;
        return bytes;
      },
      isReady: () => true,
      ready: () => always,
      cancel() {},
    },
    trailers: async () => undefined,
    signal: new AbortController().signal,
    responder: {
      start: () => ({
        capacity: () => chunk.length,
        write(bytes) {
          received += bytes.length;
        },
        flush() {},
        isReady: () => true,
        ready: () => always,
        close() {},
      }),
      finish() {},
      fail(_status, text) {
        throw new Error(text);
      },
    },
  };
  return { exchange, received: () => received };
}
