import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { LoadConnection } from './http-client.js';
import type { HttpLoadOptions } from './http-load.js';

// A thread of its own, so that what it waits for is the server.
const { port, connections, warmUpMs, durationMs } = workerData as HttpLoadOptions;

const taken: number[] = [];
let isMeasuring = false;
let failure: Error | undefined;
const onError = (error: Error): void => {
  failure ??= error;
};

/** A connection asks again as soon as it was answered: what passes between two answers is what one took. */
function open(): LoadConnection {
  let asked = performance.now();
  return new LoadConnection(
    port,
    (status) => {
      const now = performance.now();
      if (isMeasuring) taken.push(now - asked);
      asked = now;
      if (status !== 200) onError(new Error(`an answer with status ${status}`));
    },
    onError,
  );
}

const opened = Array.from({ length: connections }, open);
await wait(warmUpMs);
isMeasuring = true;
await wait(durationMs);
for (const connection of opened) connection.stop();
if (failure !== undefined) throw failure;
parentPort?.postMessage(taken);
