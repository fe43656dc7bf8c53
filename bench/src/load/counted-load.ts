import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What came of the requests of a load. */
export interface LoadCount {
  readonly answered: number;
  /** Without an answer of status 200. */
  readonly lost: number;
}

export interface CountedLoadOptions {
  readonly port: number;
  /** Requests at the same time: one on each connection. */
  readonly connections: number;
}

/** A load that runs until it is told to stop, and survives what it loses. */
export interface CountedLoad extends AsyncDisposable {
  /** So far. */
  count(): Promise<LoadCount>;
}

/** Requests for `/`, from a thread of its own. */
export async function startCountedLoad(options: CountedLoadOptions): Promise<CountedLoad> {
  const worker = new Worker(new URL('./counted-load-worker.js', import.meta.url), { workerData: options });
  await once(worker, 'online');
  return {
    async count() {
      const answer = once(worker, 'message');
      worker.postMessage('count');
      const [count] = (await answer) as [LoadCount];
      return count;
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
