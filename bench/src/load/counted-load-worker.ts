import { parentPort, workerData } from 'node:worker_threads';
import type { CountedLoadOptions, LoadCount } from './counted-load.js';
import { LoadConnection } from './http-client.js';

const { port, connections } = workerData as CountedLoadOptions;

let answered = 0;
let lost = 0;

function onAnswer(status: number): void {
  if (status === 200) answered += 1;
  else lost += 1;
}

/** A connection that fails takes its request with it, and another takes its place. */
function open(): void {
  let isOver = false;
  const connection = new LoadConnection(port, onAnswer, () => {
    if (isOver) return;
    isOver = true;
    lost += 1;
    connection.stop();
    setImmediate(open);
  });
}

for (let i = 0; i < connections; i++) open();
parentPort?.on('message', () => parentPort?.postMessage({ answered, lost } satisfies LoadCount));
