import { Worker } from 'node:worker_threads';
import type { TelemetryIntake } from '@wasmlattice/telemetry';
import {
  fromThreadFailure,
  type PreparedComponent,
  toThreadFailure,
} from '@wasmlattice/wasm-runtime/engines';
import type { ComponentRecord, ConfigEntries, LinkRow, SecretEntries } from '../component-record.js';
import type { ClientProvider } from '../http/client-provider.js';
import type { TlsMaterial } from '../http/listener-options.js';
import type { HttpRoute } from '../http/routes.js';
import { answerQuestion } from '../policy/decision-requests.js';
import type { DecideInvocation } from '../policy/invocation-gate.js';
import type { FromThread, ListenerAddress, ServingThreadData, ToThread } from './messages.js';
import { scavengeAlone } from './scavenge-alone.js';
import type { ThreadNotice } from './thread-notice.js';
import type { WatchedBatch } from './watched-batch.js';

/** A serving thread ended while something was asked of it. */
export class ThreadExitedError extends Error {
  override readonly name = 'ThreadExitedError';
}

/** The control plane's handle of one serving thread. */
export interface ThreadClient {
  /** Rejects with what keeps the component from running there, as far as an error can cross threads. */
  start(component: ComponentRecord): Promise<void>;
  stop(generation: number, graceMs: number): Promise<void>;
  scale(generation: number, maxInstances: number): void;
  setLinks(generation: number, links: readonly LinkRow[]): void;
  setConfig(generation: number, config: ConfigEntries): void;
  setSecrets(generation: number, secrets: SecretEntries): void;
  notify(notice: ThreadNotice): void;
  /** Whether the thread has no code of that generation any more. */
  park(generation: number): Promise<boolean>;
  listen(address: ListenerAddress): Promise<void>;
  route(listener: string, route: HttpRoute): Promise<void>;
  unroute(listener: string, route: string): Promise<void>;
  setTls(listener: string, tls: TlsMaterial): Promise<void>;
  unlisten(listener: string, graceMs: number): Promise<void>;
  serveClient(provider: ClientProvider): Promise<void>;
  stopClient(providerId: string): Promise<void>;
  /** Resolves once the thread knows what it was told so far, or is gone. */
  settled(): Promise<void>;
  /** Completes what is in flight for at most `graceMs`, then the thread ends; safe to call twice. */
  close(graceMs: number): Promise<void>;
  /** Ends the thread at once, as a failure that `reason` explains. */
  terminate(reason: string): Promise<void>;
  /** Settles when the thread ended, whatever the reason; never rejects. */
  readonly exited: Promise<ThreadExit>;
}

/** Why a serving thread ended. */
export interface ThreadExit {
  /** Whether {@link ThreadClient.close} asked for it. */
  readonly expected: boolean;
  readonly reason: string;
}

type Request = Extract<ToThread, { readonly id: number }>;
type RequestBody = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

export interface ThreadClientOptions {
  readonly name: string;
  /** What the thread runs; another program in tests. */
  readonly entry?: URL;
  /** Gets the code of a generation; a failure is the answer to the calls that wait for it. */
  readonly loadCode?: (generation: number) => Promise<PreparedComponent>;
  /** Decides about calls. */
  readonly decide?: DecideInvocation | undefined;
  /** Takes what the thread measures; closed with the thread. */
  readonly telemetry?: TelemetryIntake | undefined;
  /** Takes what it logs, calls and records while somebody wants that. */
  readonly onWatched?: ((watched: WatchedBatch) => void) | undefined;
}

/** How much longer than its grace period a thread may take to end by itself, in ms. */
const closeMarginMs = 500;

/**
 * Starts a serving thread and resolves once it takes orders.
 *
 * @throws ThreadExitedError when it ended before that
 */
export async function startThread(
  data: ServingThreadData,
  options: ThreadClientOptions,
): Promise<ThreadClient> {
  const {
    name,
    entry = new URL('./thread-entry.js', import.meta.url),
    telemetry,
    onWatched,
    loadCode = noCode,
    decide,
  } = options;
  // Output of the thread goes to the host's own stdout and stderr; the environment of the host is no business of guests.
  scavengeAlone();
  const worker = new Worker(entry, { workerData: data, env: {}, name });
  const pending = new Map<number, PromiseWithResolvers<boolean>>();
  let nextId = 1;
  let expected = false;
  let crash: unknown;
  let gone: ThreadExitedError | undefined;

  const ready = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<ThreadExit>();

  worker.on('message', (message: FromThread) => {
    switch (message.kind) {
      case 'ready':
        ready.resolve();
        return;
      case 'done':
        pending.get(message.id)?.resolve(true);
        pending.delete(message.id);
        return;
      case 'parked':
        pending.get(message.id)?.resolve(message.isParked);
        pending.delete(message.id);
        return;
      case 'need-code':
        void sendCode(message.generation);
        return;
      case 'may-invoke':
        answerQuestion(message, decide, post);
        return;
      case 'failed':
        pending.get(message.id)?.reject(fromThreadFailure(message.error));
        pending.delete(message.id);
        return;
      case 'telemetry':
        telemetry?.accept(message.batch);
        return;
      case 'logs':
      case 'traces':
      case 'captured':
        onWatched?.(message);
        return;
    }
  });
  worker.on('error', (error) => {
    crash = error;
  });
  worker.on('exit', (code) => {
    const reason = crash instanceof Error ? crash.message : `it ended with code ${code}`;
    gone = new ThreadExitedError(`${name} is gone: ${reason}`);
    ready.reject(gone);
    for (const call of pending.values()) call.reject(gone);
    pending.clear();
    telemetry?.close();
    exited.resolve({ expected, reason });
  });

  const post = (message: ToThread): void => worker.postMessage(message);
  const sendCode = async (generation: number): Promise<void> => {
    try {
      post({ kind: 'code', generation, prepared: await loadCode(generation) });
    } catch (error) {
      post({ kind: 'no-code', generation, error: toThreadFailure(error) });
    }
  };
  const ask = (body: RequestBody): Promise<boolean> => {
    if (gone !== undefined) return Promise.reject(gone);
    const id = nextId++;
    const call = Promise.withResolvers<boolean>();
    pending.set(id, call);
    post({ ...body, id });
    return call.promise;
  };

  const request = async (body: RequestBody): Promise<void> => void (await ask(body));

  await ready.promise;
  return {
    exited: exited.promise,
    start: (component) => request({ kind: 'start', component }),
    stop: (generation, graceMs) => request({ kind: 'stop', generation, graceMs }),
    scale: (generation, maxInstances) => post({ kind: 'scale', generation, maxInstances }),
    setLinks: (generation, links) => post({ kind: 'links', generation, links }),
    setConfig: (generation, config) => post({ kind: 'config', generation, config }),
    setSecrets: (generation, secrets) => post({ kind: 'secrets', generation, secrets }),
    notify: (notice) => post(notice),
    park: (generation) => ask({ kind: 'park', generation }),
    listen: (address) => request({ kind: 'listen', ...address }),
    route: (listener, route) => request({ kind: 'route', listener, route }),
    setTls: (listener, tls) => request({ kind: 'tls', listener, tls }),
    unroute: (listener, route) => request({ kind: 'unroute', listener, route }),
    unlisten: (listener, graceMs) => request({ kind: 'unlisten', listener, graceMs }),
    serveClient: (provider) => request({ kind: 'serve-client', provider }),
    stopClient: (providerId) => request({ kind: 'stop-client', providerId }),
    settled: () => request({ kind: 'sync' }).catch(() => {}),
    async close(graceMs) {
      if (expected) {
        await exited.promise;
        return;
      }
      expected = true;
      // A guest that spins never reads the message, so the deadline is kept on this side too.
      const deadline = setTimeout(() => void worker.terminate(), graceMs + closeMarginMs);
      await request({ kind: 'close', graceMs }).catch(() => {});
      await exited.promise;
      clearTimeout(deadline);
    },
    async terminate(reason) {
      crash ??= new Error(reason);
      await worker.terminate();
    },
  };
}

function noCode(generation: number): Promise<never> {
  return Promise.reject(new Error(`there is no code of generation ${generation}`));
}
