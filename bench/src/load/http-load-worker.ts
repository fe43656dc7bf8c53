import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { LoadConnection } from './http-client.js';
import type { HttpLoadOptions } from './http-load.js';

// A thread of its own, so that counting never competes with the rest of the bench.
const { port, connections, warmUpMs, durationMs } = workerData as HttpLoadOptions;

let answers = 0;
let failure: Error | undefined;

function onAnswer(status: number): void {
  answers += 1;
  if (status !== 200) failure ??= new Error(`an answer with status ${status}`);
}

const open = Array.from(
  { length: connections },
  () =>
    new LoadConnection(port, onAnswer, (error) => {
      failure ??= error;
    }),
);
await wait(warmUpMs);
const before = answers;
const started = performance.now();
await wait(durationMs);
const perSecond = (answers - before) / ((performance.now() - started) / 1000);
for (const connection of open) connection.stop();
if (failure !== undefined) throw failure;
parentPort?.postMessage(perSecond);
