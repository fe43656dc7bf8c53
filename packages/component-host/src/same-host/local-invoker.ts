import { type CallHandler, type Invocation, type Invoker, RpcError, wireName } from '@wasmlattice/rpc';
import { type Logger, type Meter, noopMeter } from '@wasmlattice/telemetry';
import { PoolClosedError, TooManyWaitingError } from '@wasmlattice/wasm-runtime';
import { passesHandles } from '@wasmlattice/wasm-runtime/lattice';
import { createCallCounter } from '../telemetry/call-counter.js';
import type { CoLocatedComponent } from '../thread/messages.js';
import type { LocalServer } from './local-server.js';

/** A co-located component, compiled and ready. */
export interface LocalCallee {
  readonly server: LocalServer;
  /** The component's own. */
  readonly logger: Logger;
  /** What may change while the component runs. */
  update(component: CoLocatedComponent): void;
  /** Completes what is in flight for at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Where calls went. */
export interface CallCounts {
  /** Served in this thread. */
  readonly local: number;
  /** Sent over the lattice, whatever the reason. */
  readonly lattice: number;
  /** Of those, calls of a component of this host that had no permit free. */
  readonly noPermit: number;
}

/**
 * Serves calls of components that run on this host in the thread of their caller, without a message. All others go to the
 * invoker it wraps, as do those that the component can't take here: no permit free, no function of just these types.
 */
export interface LocalInvoker extends Invoker {
  /** The components that may be called here, from now on; a call in flight is completed by the code it began with. */
  setCallees(components: readonly CoLocatedComponent[]): void;
  readonly counts: CallCounts;
  close(graceMs: number): Promise<void>;
}

export interface LocalInvokerOptions {
  readonly lattice: Invoker;
  /** Compiles a component; called at its first call. Its own calls go to `invoker`. */
  readonly start: (component: CoLocatedComponent, invoker: Invoker) => Promise<LocalCallee>;
  readonly logger: Logger;
  readonly meter?: Meter;
  /** How long a component that was stopped or replaced may finish its calls, in ms. */
  readonly graceMs?: number;
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

interface Entry {
  component: CoLocatedComponent;
  callee: Promise<LocalCallee> | undefined;
}

export function createLocalInvoker(options: LocalInvokerOptions): LocalInvoker {
  const { lattice, logger, meter = noopMeter } = options;
  const { graceMs = 5_000, maxInFlight = defaultMaxInFlight, timeoutMs = 10_000 } = options;
  const entries = new Map<string, Entry>();
  const closing = new Set<Promise<void>>();
  const counter = createCallCounter(meter);
  const counts = { local: 0, lattice: 0, noPermit: 0 };
  let inFlight = 0;

  const sendOut = (invocation: Invocation, reason: string): Promise<unknown> => {
    counts.lattice++;
    return counter.lattice(reason, lattice.invoke(invocation));
  };

  const calleeOf = async (entry: Entry): Promise<LocalCallee | undefined> => {
    const { componentId } = entry.component;
    entry.callee ??= options.start(entry.component, invoker).then((callee) => {
      // What changed while it was compiled.
      callee.update(entry.component);
      return callee;
    });
    try {
      return await entry.callee;
    } catch (error) {
      // The component's own worker runs the same bytes, so this is worth a word; the lattice serves the call.
      if (entries.get(componentId) === entry) {
        entries.delete(componentId);
        logger.warn(
          'a component of this host is called over NATS: it could not be loaded beside its caller',
          {
            callee: componentId,
            error,
          },
        );
      }
      return undefined;
    }
  };

  const invoke = async (invocation: Invocation): Promise<unknown> => {
    const entry = entries.get(invocation.target);
    if (entry === undefined) return await sendOut(invocation, 'not on this host');
    // Never found there, so no reason to load the code.
    if (entry.callee === undefined && passesHandles(invocation.func)) {
      return await sendOut(invocation, 'streams or handles');
    }
    if (inFlight >= maxInFlight) return await sendOut(invocation, 'too many in flight');
    inFlight++;
    try {
      const callee = await calleeOf(entry);
      const handler = callee?.server.find(invocation);
      if (callee !== undefined && handler !== undefined) {
        const result = await callHere(handler, invocation, timeoutMs, callee.logger);
        counts.local++;
        counter.local();
        return result;
      }
    } catch (error) {
      if (!(error instanceof NotTaken)) {
        counts.local++;
        counter.local(error);
        throw error;
      }
      counts.noPermit++;
      return await sendOut(invocation, 'no permit');
    } finally {
      inFlight--;
    }
    return await sendOut(invocation, 'not served here');
  };
  const invoker: Invoker = { invoke };

  const drop = ({ callee }: Entry): void => {
    const closed = (async () => {
      await (await callee)?.close(graceMs);
    })().catch(() => {});
    closing.add(closed);
    void closed.then(() => closing.delete(closed));
  };

  return {
    invoke,
    counts,

    setCallees(components) {
      const wanted = new Map(components.map((component) => [component.componentId, component]));
      for (const [id, entry] of entries) {
        const component = wanted.get(id);
        if (component?.generation === entry.component.generation) {
          entry.component = component;
          entry.callee?.then(
            (callee) => callee.update(entry.component),
            () => {},
          );
          wanted.delete(id);
        } else {
          entries.delete(id);
          drop(entry);
        }
      }
      for (const [id, component] of wanted) entries.set(id, { component, callee: undefined });
      logger.debug('calls that stay on this host', { callees: [...entries.keys()].join(' '), ...counts });
    },

    async close(withinMs) {
      const open = [...entries.values()];
      entries.clear();
      await Promise.all(
        open.map(async ({ callee }) => (await callee?.catch(() => undefined))?.close(withinMs)),
      );
      await Promise.all(closing);
      logger.debug('calls of this component by path', { ...counts });
    },
  };
}

/** The component did not accept the call, so nothing of it ran. */
class NotTaken extends Error {
  override readonly name = 'NotTaken';
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
    handler(params, { headers, signal: ended.signal, waitUntil: nothingStaysOpen }).then(
      (result) => {
        settle();
        resolve(result);
      },
      (error: unknown) => {
        settle();
        if (error instanceof TooManyWaitingError || error instanceof PoolClosedError) {
          reject(new NotTaken());
          return;
        }
        logger.debug('a handler failed', { ...names, error });
        const text = error instanceof Error ? error.message || error.name : String(error);
        reject(new RpcError('peer-failed', names, `the peer failed: ${text}`, { cause: error }));
      },
    );
  });
}

/** Calls that pass streams are not served here. */
function nothingStaysOpen(): void {}
