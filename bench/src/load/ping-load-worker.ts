import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { connect } from 'nats';
import type { PingLoadOptions } from './ping-load.js';

/** How long a ping may take in ms; one that takes longer fails. */
const patienceMs = 60_000;

/** Between two pings, in ms. They go out whether or not the last one was answered: a host that stalls delays many. */
const intervalMs = 10;

const { natsUrl, lattice } = workerData as PingLoadOptions;
const connection = await connect({ servers: natsUrl });

async function ping(): Promise<number> {
  const from = performance.now();
  await connection.request(`wasmbus.ctl.v1.${lattice}.host.ping`, undefined, { timeout: patienceMs });
  return performance.now() - from;
}

let isDone = false;
parentPort?.once('message', () => {
  isDone = true;
});
const pings: Promise<number>[] = [];
for (; !isDone; await wait(intervalMs)) pings.push(ping());
parentPort?.postMessage(await Promise.all(pings));
await connection.close();
