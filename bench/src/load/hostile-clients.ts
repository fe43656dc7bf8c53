import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** How clients can be hostile, and how many of each are. */
export const hostileClients = {
  /** Heads that never end, as quick as they are taken; when the connection ends, another. */
  'endless heads': 4,
  /** Whole heads of 60 KB with more headers than are taken. */
  'header bombs': 4,
  /** Bodies of 10 GB. */
  'endless bodies': 4,
  /** Heads of which a byte comes each second. */
  'slow heads': 256,
  /** Connections that nothing is asked on. */
  'idle connections': 10_000,
} as const;

export type HostileKind = keyof typeof hostileClients;

export interface HostileOptions {
  readonly kind: HostileKind;
  readonly port: number;
}

/** Clients of one kind that are at it until the end of their scope; resolves when all of them are. */
export async function startHostileClients(options: HostileOptions): Promise<AsyncDisposable> {
  const worker = new Worker(new URL('./hostile-clients-worker.js', import.meta.url), { workerData: options });
  const dispose = async (): Promise<void> => {
    await worker.terminate();
  };
  try {
    await once(worker, 'message');
  } catch (cause) {
    await dispose();
    throw new Error(`the ${options.kind} met an error: ${String(cause)}`, { cause });
  }
  return { [Symbol.asyncDispose]: dispose };
}
