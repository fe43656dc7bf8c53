import { Worker } from 'node:worker_threads';
import { sourceThread } from './source-thread.js';

/** Runs a module of these sources in a thread. */
export function startThread(module: URL, workerData: unknown): Worker {
  return new Worker(sourceThread(module), { workerData });
}
