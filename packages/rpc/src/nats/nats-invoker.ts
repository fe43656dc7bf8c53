import { type Logger, type Meter, noopLogger } from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import { describeFailure } from '../call/describe-failure.js';
import { type EncodedValue, functionCodec } from '../call/function-codec.js';
import { leaveDeferred } from '../call/send-deferred.js';
import { CodecError } from '../codec/codec-error.js';
import { type CodecLimits, defaultCodecLimits } from '../codec/limits.js';
import { type Invocation, type Invoker, linkNameOf } from '../invoke.js';
import { type CallNames, RpcError } from '../rpc-error.js';
import type { WitFunction } from '../types.js';
import { BufferBudget } from './buffer-budget.js';
import { defaultStreamOptions, type StreamOptions } from './call-channels.js';
import { ClientCall, type ClientCallHost, type Route } from './client-call.js';
import { DeadlineTimer } from './deadline-timer.js';
import { Inbox } from './inbox.js';
import { NatsTransport } from './nats-transport.js';
import { type Refusal, RefusalLog } from './refusal-log.js';
import { checkNames, invocationSubject } from './subjects.js';

export interface NatsInvokerOptions {
  /**
   * Stays the caller's: the invoker neither drains nor closes it. Where other invokers or servers use it too, give each
   * of them the same {@link NatsTransport}.
   */
  readonly connection: NatsConnection | NatsTransport;
  /** First token of every subject. */
  readonly lattice: string;
  /** {@link Invocation.timeoutMs} of calls that name none. Default 10,000. */
  readonly timeoutMs?: number;
  /**
   * How often a call with streams or futures asks whether the peer that accepted it is still there, in ms. Default 5,000; one
   * that is gone for three times as long ends the call with `terminated`.
   */
  readonly peerCheckMs?: number;
  readonly limits?: Partial<CodecLimits>;
  readonly streams?: Partial<StreamOptions>;
  /** First tokens of the inbox, for accounts that may not use `_INBOX`. */
  readonly inboxPrefix?: string;
  /** Bytes received and not yet taken by callers, all calls together. Default 512 MiB. */
  readonly maxBufferedBytes?: number;
  /** Told of every call that failed for what its peer sent. */
  readonly onRefusal?: (refusal: Refusal) => void;
  /** Named for its owner; default none. */
  readonly logger?: Logger;
  /** Counts refused calls (`wasmlattice.rpc.refused_calls`); default none. */
  readonly meter?: Meter;
}

/** An {@link Invoker} that holds one subscription on its connection. */
export interface NatsInvoker extends Invoker {
  /**
   * A process that served calls for `target` is known to have ended: calls that it had accepted fail with `terminated` at once, and
   * those of others that serve the target go on. A peer that keeps no subscription below its inbox during a call counts as ended.
   */
  targetEnded(target: string): void;
  /**
   * Nobody serves the target, as was found out after `sentBefore`, in the time of `performance.now()`: calls sent before that fail with
   * `terminated` unless they are accepted, as a process that ended may have got them.
   */
  targetGone(target: string, sentBefore: number): void;
  /** Ends the subscription; calls in flight reject with `closed`, and those that accepted them learn that nobody waits. */
  close(): Promise<void>;
}

/** {@link NatsInvokerOptions.timeoutMs}. */
const defaultTimeoutMs = 10_000;

/** Longer than a reconnect takes, short for who waits. */
const defaultPeerCheckMs = 5_000;

/** For so long after a reconnect, "nobody listens" may mean that the peer is not back yet. */
const settlingMs = 5_000;

/** Calls functions over NATS (docs/spec/wrpc.md#2.1). Errors: `RpcError`; see its codes. */
export function createNatsInvoker(options: NatsInvokerOptions): NatsInvoker {
  return new Client(options);
}

class Client implements NatsInvoker, ClientCallHost {
  readonly transport: NatsTransport;
  readonly inbox: Inbox<ClientCall>;
  readonly limits: CodecLimits;
  readonly streams: StreamOptions;
  readonly budget: BufferBudget;
  readonly refusals: RefusalLog;
  readonly deadlines: DeadlineTimer = new DeadlineTimer((now) => this.#expire(now));
  readonly peerCheckMs: number;
  readonly #lattice: string;
  readonly #timeoutMs: number;
  /** Where each function was called last: most have one target. */
  readonly #routes = new WeakMap<WitFunction, Route>();
  readonly #hasOwnTransport: boolean;
  readonly #unwatch: () => void;
  #isClosed = false;

  constructor(options: NatsInvokerOptions) {
    const { connection } = options;
    this.#hasOwnTransport = !(connection instanceof NatsTransport);
    this.transport = connection instanceof NatsTransport ? connection : new NatsTransport(connection);
    this.#lattice = options.lattice;
    this.#timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    this.peerCheckMs = options.peerCheckMs ?? defaultPeerCheckMs;
    this.limits = { ...defaultCodecLimits, ...options.limits };
    this.streams = { ...defaultStreamOptions, ...options.streams };
    this.budget = new BufferBudget(options.maxBufferedBytes ?? 512 * 1024 * 1024);
    const logger = options.logger ?? noopLogger;
    const { meter, onRefusal } = options;
    this.refusals = new RefusalLog({ side: 'client', logger, meter, onRefusal });
    this.inbox = new Inbox({
      connection: this.transport.connection,
      logger,
      ...(options.inboxPrefix !== undefined && { prefix: options.inboxPrefix }),
    });
    const { monitor } = this.transport;
    this.#unwatch = monitor.watch({
      disconnected: () => {
        const detail = 'the NATS connection dropped while the call was in flight';
        for (const call of this.inbox.all()) {
          if (monitor.state === 'closed') call.fail('disconnected', detail);
          else call.giveUp('disconnected', detail);
        }
      },
    });
  }

  invoke(invocation: Invocation): Promise<unknown> {
    let route: Route;
    let params: EncodedValue;
    try {
      route = this.#route(invocation);
      params = encodeParams(route, invocation);
    } catch (error) {
      return Promise.reject(error);
    }
    const { signal } = invocation;
    if (signal?.aborted) {
      leaveDeferred(params.deferred);
      return Promise.reject(signal.reason);
    }
    return new Promise((resolve, reject) => {
      const timeoutMs = invocation.timeoutMs ?? this.#timeoutMs;
      const call = new ClientCall(this, { invocation, route, params, timeoutMs, resolve, reject });
      if (this.#isClosed) call.fail('closed', 'the invoker is closed');
      else if (this.transport.monitor.state === 'connected') call.send();
      else void this.sendOnceConnected(call);
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unwatch();
    const inFlight = this.inbox.all();
    for (const call of inFlight) call.giveUp('closed', 'the invoker was closed while the call was in flight');
    this.deadlines.close();
    this.inbox.close();
    // The owner may close the connection next.
    if (inFlight.length > 0 && !this.isDisconnected) await this.transport.outbox.flush().catch(() => {});
    if (this.#hasOwnTransport) this.transport.close();
  }

  targetEnded(target: string): void {
    const ask = (): void => {
      for (const call of this.inbox.all()) if (call.target === target) call.doubtPeer();
    };
    ask();
    // The NATS server may learn of the end later than who saw it.
    for (const ms of [250, 1_000]) setTimeout(ask, ms).unref();
  }

  targetGone(target: string, sentBefore: number): void {
    for (const call of this.inbox.all()) if (call.target === target) call.loseUnaccepted(sentBefore);
  }

  get isSettling(): boolean {
    return performance.now() - this.transport.monitor.reconnectedAt < settlingMs;
  }

  async sendOnceConnected(call: ClientCall): Promise<void> {
    await this.transport.monitor.settled(call.settled);
    if (call.settled.aborted) return;
    if (this.#isClosed) call.fail('closed', 'the invoker is closed');
    else if (this.transport.monitor.state === 'connected') call.send();
    else call.fail('disconnected', 'the NATS connection is closed');
  }

  get isDisconnected(): boolean {
    return this.transport.monitor.state !== 'connected';
  }

  /** @throws RpcError `invalid-params` for what can't be called over wRPC or addressed in NATS */
  #route(invocation: Invocation): Route {
    const { target, instance, func } = invocation;
    const known = this.#routes.get(func);
    if (known && known.names.target === target && known.names.instance === instance) return known;
    const linkName = linkNameOf(invocation);
    const codec = invalidParams({ target, instance, func: func.name, linkName }, () => functionCodec(func));
    const names = { target, instance, func: codec.wireName };
    checkNames({ ...names, linkName });
    const subject = invocationSubject(this.#lattice, target, instance, names.func);
    const route = { names, codec, subject };
    this.#routes.set(func, route);
    return route;
  }

  #expire(now: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const call of this.inbox.all()) {
      if (call.deadline <= now) call.expire(now);
      if (call.peerCheckAt <= now) call.askPeer();
      earliest = Math.min(earliest, call.deadline, call.peerCheckAt);
    }
    return earliest;
  }
}

function encodeParams({ names, codec }: Route, invocation: Invocation): EncodedValue {
  const { params } = invocation;
  return invalidParams({ ...names, linkName: linkNameOf(invocation) }, () => {
    if (params.length !== codec.paramCount) {
      throw new CodecError('bad-value', `takes ${codec.paramCount} parameters, got ${params.length}`);
    }
    return codec.encodeParams(params);
  });
}

/** Names the call in the errors of what prepares it. */
function invalidParams<T>(names: CallNames, prepare: () => T): T {
  try {
    return prepare();
  } catch (error) {
    throw new RpcError('invalid-params', names, describeFailure(error).text, { cause: error });
  }
}
