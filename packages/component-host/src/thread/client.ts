import { Worker } from 'node:worker_threads';
import type { TelemetryIntake } from '@wasmlattice/telemetry/sdk';
import {
  type CoLocatedComponent,
  type ComponentWorkerData,
  type FromWorker,
  fromWorkerFailure,
  type ListenerAddress,
  type ToWorker,
} from './messages.js';

/** A component worker ended while something was asked of it. */
export class WorkerExitedError extends Error {
  override readonly name = 'WorkerExitedError';
}

/** The control plane's handle of one component worker thread. */
export interface WorkerClient {
  scale(maxInstances: number): void;
  setLinks(links: ComponentWorkerData['links']): void;
  setConfig(config: ComponentWorkerData['config']): void;
  setCallees(callees: readonly CoLocatedComponent[]): void;
  /** Resolves once the thread knows what it was told so far, or is gone. */
  settled(): Promise<void>;
  listen(address: ListenerAddress): Promise<void>;
  unlisten(listener: string, graceMs: number): Promise<void>;
  /** Completes what is in flight for at most `graceMs`, then the thread ends; safe to call twice. */
  stop(graceMs: number): Promise<void>;
  /** Ends the thread at once, as a failure that `reason` explains. */
  terminate(reason: string): Promise<void>;
  /** Settles when the thread ended, whatever the reason; never rejects. */
  readonly exited: Promise<WorkerExit>;
}

/** Why a worker thread ended. */
export interface WorkerExit {
  /** Whether {@link WorkerClient.stop} asked for it. */
  readonly expected: boolean;
  readonly reason: string;
}

type Request = Extract<ToWorker, { readonly id: number }>;
type RequestBody = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

/**
 * Starts a worker thread for a component and resolves once the component is compiled and ready to be called.
 *
 * @param options.entry what the thread runs; another program in tests
 * @param options.telemetry takes what the thread measures; closed with the thread
 * @throws what kept the component from running here, as far as an error can cross threads
 */
export async function startWorker(
  data: ComponentWorkerData,
  options: { readonly entry?: URL; readonly telemetry?: TelemetryIntake } = {},
): Promise<WorkerClient> {
  const { entry = new URL('./serving-thread.js', import.meta.url), telemetry } = options;
  // Output of the thread goes to the host's own stdout and stderr; the environment of the host is no business of guests.
  const worker = new Worker(entry, {
    workerData: data,
    env: {},
    name: `component ${data.componentId}`,
  });
  const pending = new Map<number, PromiseWithResolvers<void>>();
  let nextId = 1;
  let expected = false;
  let crash: unknown;
  let gone: WorkerExitedError | undefined;

  const ready = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<WorkerExit>();

  worker.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'ready':
        ready.resolve();
        return;
      case 'unusable':
        expected = true;
        ready.reject(fromWorkerFailure(message.error));
        return;
      case 'done':
        pending.get(message.id)?.resolve();
        pending.delete(message.id);
        return;
      case 'failed':
        pending.get(message.id)?.reject(fromWorkerFailure(message.error));
        pending.delete(message.id);
        return;
      case 'telemetry':
        telemetry?.accept(message.batch);
        return;
    }
  });
  worker.on('error', (error) => {
    crash = error;
  });
  worker.on('exit', (code) => {
    const reason = crash instanceof Error ? crash.message : `its thread ended with code ${code}`;
    gone = new WorkerExitedError(`the worker of component '${data.componentId}' is gone: ${reason}`);
    ready.reject(gone);
    for (const call of pending.values()) call.reject(gone);
    pending.clear();
    telemetry?.close();
    exited.resolve({ expected, reason });
  });

  const post = (message: ToWorker): void => worker.postMessage(message);
  const request = (body: RequestBody): Promise<void> => {
    if (gone !== undefined) return Promise.reject(gone);
    const id = nextId++;
    const call = Promise.withResolvers<void>();
    pending.set(id, call);
    post({ ...body, id });
    return call.promise;
  };

  await ready.promise;
  return {
    exited: exited.promise,
    scale: (maxInstances) => post({ kind: 'scale', maxInstances }),
    setLinks: (links) => post({ kind: 'links', links }),
    setConfig: (config) => post({ kind: 'config', config }),
    setCallees: (callees) => post({ kind: 'callees', callees }),
    settled: () => request({ kind: 'sync' }).catch(() => {}),
    listen: (address) => request({ kind: 'listen', ...address }),
    unlisten: (listener, graceMs) => request({ kind: 'unlisten', listener, graceMs }),
    async stop(graceMs) {
      if (expected) {
        await exited.promise;
        return;
      }
      expected = true;
      // A guest that spins never reads the message, so the deadline is kept on this side too.
      const deadline = setTimeout(() => void worker.terminate(), graceMs + stopMarginMs);
      await request({ kind: 'stop', graceMs }).catch(() => {});
      await exited.promise;
      clearTimeout(deadline);
    },
    async terminate(reason) {
      crash ??= new Error(reason);
      await worker.terminate();
    },
  };
}

/** How much longer than its grace period a worker may take to end by itself, in ms. */
const stopMarginMs = 500;
