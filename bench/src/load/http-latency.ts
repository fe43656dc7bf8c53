import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { HttpLoadOptions } from './http-load.js';

/** Loads a server of this machine as {@link loadHttp} does; resolves to the ms that each answer took. */
export async function httpLatencies(options: HttpLoadOptions): Promise<readonly number[]> {
  const worker = new Worker(new URL('./http-latency-worker.js', import.meta.url), { workerData: options });
  try {
    const [taken] = await once(worker, 'message');
    return taken as number[];
  } catch (cause) {
    throw new Error(`the load on port ${options.port} met an error: ${String(cause)}`, { cause });
  } finally {
    await worker.terminate();
  }
}
