import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface PingLoadOptions {
  readonly natsUrl: string;
  readonly lattice: string;
}

/** Asks the host of a lattice for its ping again and again until `done` settles; resolves to the ms that each took. */
export async function pingUntil(
  { natsUrl, lattice }: PingLoadOptions,
  done: Promise<unknown>,
): Promise<readonly number[]> {
  // A thread of its own: what this one does meanwhile must not count.
  const worker = new Worker(new URL('./ping-load-worker.js', import.meta.url), {
    workerData: { natsUrl, lattice } satisfies PingLoadOptions,
  });
  try {
    const pings = once(worker, 'message');
    await Promise.race([done, pings]);
    worker.postMessage('stop');
    const [taken] = await pings;
    return taken as number[];
  } finally {
    await worker.terminate();
  }
}
