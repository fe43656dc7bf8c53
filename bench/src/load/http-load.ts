import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface HttpLoadOptions {
  readonly port: number;
  /** Requests at the same time: one on each connection. */
  readonly connections: number;
  /** Not counted. */
  readonly warmUpMs: number;
  readonly durationMs: number;
}

/** Loads a server of this machine with requests for `/`; resolves to answers per second, rejects unless all are 200. */
export async function loadHttp(options: HttpLoadOptions): Promise<number> {
  const worker = new Worker(new URL('./http-load-worker.js', import.meta.url), { workerData: options });
  try {
    const [perSecond] = await once(worker, 'message');
    return Number(perSecond);
  } catch (cause) {
    throw new Error(`the load on port ${options.port} met an error: ${String(cause)}`, { cause });
  } finally {
    await worker.terminate();
  }
}
