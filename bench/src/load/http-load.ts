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

/**
 * Loads a server until it gets no quicker: engines compile the code of a guest again once they know that it matters, and instances are
 * made as they are needed.
 */
export async function settleHttp(options: Pick<HttpLoadOptions, 'port' | 'connections'>): Promise<void> {
  for (let best = 0, round = 0; round < mostSettling; round++) {
    const rate = await loadHttp({ ...options, warmUpMs: 0, durationMs: settlingMs });
    if (round >= leastSettling && rate < best * 1.1) return;
    best = Math.max(best, rate);
  }
}

const settlingMs = 2_000;
/** Rounds of that length. */
const [leastSettling, mostSettling] = [3, 10];
