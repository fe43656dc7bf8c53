import {
  type CallHandler,
  HandlerError,
  type Invocation,
  type Invoker,
  RpcError,
  wireName,
} from '@wasmlattice/rpc';
import { type Logger, type Meter, noopMeter } from '@wasmlattice/telemetry';
import { createCallCounter } from '../telemetry/call-counter.js';
import type { ThreadExports } from './thread-exports.js';

export interface SameHostCallsOptions {
  readonly exports: ThreadExports;
  /** Takes what can't be served in this thread. */
  readonly lattice: Invoker;
  readonly meter?: Meter;
  /** Calls in flight in this thread, nested ones included; what exceeds it goes over the lattice. */
  readonly maxInFlight?: number;
  /** Deadline of calls that name none, in ms. Default 10,000, as that of the lattice. */
  readonly timeoutMs?: number;
}

/**
 * Bounds how deep components that call each other in circles nest in one thread. A thread with so many calls in flight is
 * better helped by the other threads anyway.
 */
const defaultMaxInFlight = 256;

/**
 * An invoker that serves calls of components of this host in the thread of their caller, without a message. Those it can't
 * serve go to the lattice: no permit free, no function of just these types, an instance that another thread keeps.
 */
export function createSameHostCalls(options: SameHostCallsOptions): Invoker {
  const { exports, meter = noopMeter } = options;
  const { maxInFlight = defaultMaxInFlight, timeoutMs = 10_000 } = options;
  const counter = createCallCounter(meter);
  let inFlight = 0;

  const sendOut = (invocation: Invocation, reason: string): Promise<unknown> =>
    counter.lattice(reason, options.lattice.invoke(invocation));
  /** Calls that were tried here first; counted where they went. */
  const sentOn = new WeakSet<Invocation>();
  const channels = exports.channels({
    timeoutMs,
    elsewhere: {
      invoke(invocation) {
        sentOn.add(invocation);
        return sendOut(invocation, 'instance of another thread');
      },
    },
  });

  const serveHere = async (invocation: Invocation, call: () => Promise<unknown>): Promise<unknown> => {
    inFlight++;
    try {
      const result = await call();
      if (!sentOn.has(invocation)) counter.local();
      return result;
    } catch (error) {
      if (!sentOn.has(invocation)) counter.local(error);
      throw error;
    } finally {
      inFlight--;
    }
  };

  return {
    async invoke(invocation) {
      const route = exports.route(invocation);
      if (route === undefined) return await sendOut(invocation, 'not on this host');
      if (route.kind === 'declined') return await sendOut(invocation, route.reason);
      if (inFlight >= maxInFlight) return await sendOut(invocation, 'too many in flight');
      return await serveHere(invocation, () =>
        route.kind === 'channels'
          ? channels.invoke(invocation)
          : callHere(route.handler, invocation, timeoutMs, route.logger),
      );
    },
  };
}

/** One call, with the failures that it would have over the lattice. */
function callHere(
  handler: CallHandler,
  invocation: Invocation,
  defaultTimeoutMs: number,
  logger: Logger,
): Promise<unknown> {
  const { target, instance, func, params, headers = {}, signal } = invocation;
  const timeoutMs = invocation.timeoutMs ?? defaultTimeoutMs;
  const names = { target, instance, func: wireName(func.name), linkName: headers['link-name'] };
  const ended = new AbortController();
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const give = (reason: unknown): void => {
      settle();
      reject(reason);
      ended.abort(reason);
    };
    const onAbort = (): void => give(signal?.reason);
    const timer = setTimeout(
      () =>
        give(new RpcError('timeout', names, `accepted the call and did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    if (signal?.aborted) {
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    handler(params, {
      headers,
      signal: ended.signal,
      waitUntil: plainValuesOnly,
      onUndelivered: plainValuesOnly,
    }).then(
      (result) => {
        settle();
        resolve(result);
      },
      (error: unknown) => {
        settle();
        logger.debug('a handler failed', { ...names, error });
        const text = error instanceof Error ? error.message || error.name : String(error);
        const code = error instanceof HandlerError ? error.code : 'peer-failed';
        reject(new RpcError(code, names, `the peer failed: ${text}`, { cause: error, told: text }));
      },
    );
  });
}

/** Plain values have no streams that could stay open, and hand over nothing. */
function plainValuesOnly(): void {}
