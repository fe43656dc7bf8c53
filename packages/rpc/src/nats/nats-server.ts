import { type Logger, type Meter, noopLogger } from '@wasmlattice/telemetry';
import type { Msg, NatsConnection, Subscription } from 'nats';
import { describeFailure, memberIsGone } from '../call/describe-failure.js';
import { functionCodec } from '../call/function-codec.js';
import { type CodecLimits, defaultCodecLimits } from '../codec/limits.js';
import { describeCall, RpcError } from '../rpc-error.js';
import type { ServedFunction, ServedHandle, Server, ServerClose } from '../serve.js';
import { BufferBudget } from './buffer-budget.js';
import { defaultStreamOptions, type StreamOptions } from './call-channels.js';
import {
  errorToHeaders,
  fromHeaders,
  isProbe,
  probeHeaders,
  type ReportedError,
  statusOf,
} from './call-headers.js';
import { DeadlineTimer } from './deadline-timer.js';
import { Inbox, type InboxEntry } from './inbox.js';
import { NatsTransport } from './nats-transport.js';
import { peerOf, type Refusal, RefusalLog } from './refusal-log.js';
import { type CallTarget, ServerCall, type ServerCallHost } from './server-call.js';
import { SlotTable } from './slot-table.js';
import { channelSubject, checkNames, invocationSubject, isPeerRoot, targetPrefix } from './subjects.js';

export interface NatsServerOptions {
  /**
   * Stays the caller's: the server neither drains nor closes it. Where invokers or other servers use it too, give each
   * of them the same {@link NatsTransport}.
   */
  readonly connection: NatsConnection | NatsTransport;
  /** First token of every subject. */
  readonly lattice: string;
  readonly limits?: Partial<CodecLimits>;
  readonly streams?: Partial<StreamOptions>;
  /** Longest time until all synchronous parameters are there, in ms. Default 10,000. */
  readonly paramsTimeoutMs?: number;
  /** Longest time a handler may take, in ms. Default none: what a handler may take is its owner's to say. */
  readonly handlerTimeoutMs?: number;
  /** How long `close` waits for calls in flight, in ms; those left are aborted. Default 30,000. */
  readonly drainTimeoutMs?: number;
  /** Memory of the parameters and headers of calls in flight and of streams that were not read yet, all together, in bytes. Default 512 MiB. */
  readonly maxBufferedBytes?: number;
  /** Calls accepted at the same time; more are refused with `overloaded`. Default 10,000. */
  readonly maxCalls?: number;
  /** First tokens of the inbox, for accounts that may not use `_INBOX`. */
  readonly inboxPrefix?: string;
  /**
   * What a caller gets to know of an error that a handler threw. Default: the error's message. Upstream's callers
   * never see it.
   */
  readonly errorText?: (error: unknown) => string;
  /** Told of every call that was refused for what its peer sent. */
  readonly onRefusal?: (refusal: Refusal) => void;
  /** Named for its owner; default none. */
  readonly logger?: Logger;
  /** Counts refused calls (`wasmlattice.rpc.refused_calls`); default none. */
  readonly meter?: Meter;
}

/** How long a member may take to show that it is there, in ms; the call itself has its own deadline. */
const probeTimeoutMs = 10_000;

/**
 * Serves functions over NATS (docs/spec/wrpc.md#2.2). Members of a lattice that serve the same target share
 * its calls.
 */
export function createNatsServer(options: NatsServerOptions): Server {
  return new NatsServer(options);
}

/** A function being served. */
interface Served extends CallTarget {
  readonly forward: ServedFunction['forward'];
  readonly subscription: Subscription;
  closing: Promise<void> | undefined;
}

class NatsServer implements Server, ServerCallHost {
  readonly transport: NatsTransport;
  readonly inbox: Inbox<InboxEntry>;
  readonly limits: CodecLimits;
  readonly streams: StreamOptions;
  readonly refusals: RefusalLog;
  readonly budget: BufferBudget;
  readonly logger: Logger;
  readonly paramsTimeoutMs: number;
  readonly handlerTimeoutMs: number | undefined;
  drainTimeoutMs: number;
  readonly errorText: (error: unknown) => string;
  readonly calls: SlotTable<ServerCall> = new SlotTable();
  readonly deadlines: DeadlineTimer = new DeadlineTimer((now) => this.#expire(now));
  readonly #hasOwnTransport: boolean;
  readonly #lattice: string;
  readonly #maxCalls: number;
  readonly #served = new Set<Served>();
  readonly #unwatch: () => void;
  /** Questions under way whether a member is there. */
  #probes = 0;
  #closing: Promise<void> | undefined;

  constructor(options: NatsServerOptions) {
    const { connection } = options;
    this.#hasOwnTransport = !(connection instanceof NatsTransport);
    this.transport = connection instanceof NatsTransport ? connection : new NatsTransport(connection);
    this.#lattice = options.lattice;
    this.limits = { ...defaultCodecLimits, ...options.limits };
    this.streams = { ...defaultStreamOptions, ...options.streams };
    this.paramsTimeoutMs = options.paramsTimeoutMs ?? 10_000;
    this.handlerTimeoutMs = options.handlerTimeoutMs;
    this.drainTimeoutMs = options.drainTimeoutMs ?? 30_000;
    this.#maxCalls = options.maxCalls ?? 10_000;
    this.budget = new BufferBudget(options.maxBufferedBytes ?? 512 * 1024 * 1024);
    this.errorText = options.errorText ?? ((error) => describeFailure(error).text);
    this.logger = options.logger ?? noopLogger;
    this.refusals = new RefusalLog({
      side: 'server',
      logger: this.logger,
      meter: options.meter,
      onRefusal: options.onRefusal,
    });
    this.inbox = new Inbox({
      connection: this.transport.connection,
      logger: this.logger,
      ...(options.inboxPrefix !== undefined && { prefix: options.inboxPrefix }),
    });
    this.#unwatch = this.transport.monitor.watch({
      disconnected: () => {
        for (const call of this.calls.all()) call.disconnected();
      },
    });
  }

  async serve(served: ServedFunction): Promise<ServedHandle> {
    const codec = functionCodec(served.func);
    const names = { target: served.target, instance: served.instance, func: codec.wireName };
    if (this.#closing !== undefined) throw new RpcError('closed', names, 'the server is closed');
    checkNames(names);
    let refused: unknown;
    const entry: Served = {
      names,
      codec,
      handler: served.handler,
      forward: served.forward,
      subscription: this.transport.connection.subscribe(
        invocationSubject(this.#lattice, names.target, names.instance, names.func),
        {
          queue: targetPrefix(this.#lattice, names.target),
          callback: (error, message) => {
            if (error) refused = error;
            else this.#receive(entry, message);
          },
        },
      ),
      closing: undefined,
    };
    this.#served.add(entry);
    // NATS answers in order: once the flush is back, the subscription is in place or was refused.
    try {
      await this.transport.connection.flush();
    } catch (cause) {
      this.#served.delete(entry);
      // Otherwise it would be back with the connection.
      if (!entry.subscription.isClosed()) entry.subscription.unsubscribe();
      const detail = 'the NATS connection dropped before the subscription was in place';
      throw new RpcError('disconnected', names, detail, { cause });
    }
    if (refused !== undefined) {
      this.#served.delete(entry);
      throw new RpcError(
        'peer-failed',
        names,
        `NATS refused the subscription: ${describeFailure(refused).text}`,
        {
          cause: refused,
        },
      );
    }
    return { close: () => this.#closeServed(entry) };
  }

  close({ drainTimeoutMs }: ServerClose = {}): Promise<void> {
    if (this.#closing === undefined) this.drainTimeoutMs = drainTimeoutMs ?? this.drainTimeoutMs;
    this.#closing ??= (async () => {
      await Promise.all([...this.#served].map((entry) => this.#closeServed(entry)));
      this.#unwatch();
      this.deadlines.close();
      this.inbox.close();
      if (this.#hasOwnTransport) this.transport.close();
    })();
    return this.#closing;
  }

  #closeServed(entry: Served): Promise<void> {
    entry.closing ??= (async () => {
      // Calls already on their way to this member arrive before the drain is confirmed.
      await entry.subscription.drain().catch(() => {});
      const deadline = setTimeout(() => {
        for (const call of this.#callsOf(entry)) {
          call.abort(
            'terminated',
            `the server stopped and did not wait longer than ${this.drainTimeoutMs} ms`,
          );
        }
      }, this.drainTimeoutMs);
      await Promise.all(this.#callsOf(entry).map((call) => call.done));
      clearTimeout(deadline);
      await this.transport.outbox.flush().catch(() => {});
      this.#served.delete(entry);
    })();
    return entry.closing;
  }

  #callsOf(entry: Served): readonly ServerCall[] {
    return this.calls.all().filter((call) => call.entry === entry);
  }

  #expire(now: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const call of this.calls.all()) {
      if (call.deadline <= now) call.expire();
      earliest = Math.min(earliest, call.deadline);
    }
    return earliest;
  }

  /** What is thrown to the NATS client ends its reading, and with it all calls of the connection. */
  #receive(entry: Served, message: Msg): void {
    try {
      this.#accept(entry, message);
    } catch (error) {
      // The client decodes headers when they are asked for, and throws for some that NATS lets through.
      const text = `the call can't be read: ${describeFailure(error).text}`;
      const detail = `${describeCall(entry.names)}: ${text}`;
      this.refusals.report({ kind: 'bad-params', peer: peerOf({}), detail });
      if (isPeerRoot(message.reply)) this.#decline(message.reply, { code: 'bad-data', text });
    }
  }

  #accept(entry: Served, message: Msg): void {
    const { headers, reply } = message;
    if (!isPeerRoot(reply)) {
      this.refusals.report({
        kind: 'no-reply-subject',
        peer: peerOf(fromHeaders(headers)),
        detail: `${message.subject} came without a usable reply subject`,
      });
      return;
    }
    if (isProbe(headers)) {
      this.transport.outbox.publish(reply);
      return;
    }
    if (this.#forward(entry, message)) return;
    this.#begin(entry, message);
  }

  #begin(entry: Served, message: Msg): void {
    const isOverloaded = this.calls.size >= this.#maxCalls;
    new ServerCall(this, entry, message).start(message, isOverloaded);
  }

  /** @returns whether another member has the call from now on */
  #forward(entry: Served, message: Msg): boolean {
    const { names, forward } = entry;
    const to = forward?.({
      params: message.data,
      get headers() {
        return fromHeaders(message.headers);
      },
    });
    if (to === undefined) return false;
    const subject = invocationSubject(this.#lattice, to.target, names.instance, names.func);
    if (to.isOptional) this.#handOnIfThere(subject, entry, message);
    else this.#handOn(subject, message);
    return true;
  }

  /** Hands the first message on as it is: the other member's acceptance is the only one the caller sees. */
  #handOn(subject: string, message: Msg): void {
    const { data, headers, reply } = message;
    this.transport.outbox.publish(subject, data, { reply, headers });
    // Without a question, a call to nobody runs into its deadline.
    const gone: ReportedError = { code: 'terminated', text: memberIsGone };
    this.#probe(subject, (isThere) => {
      if (!isThere) this.#decline(reply as string, gone);
    });
  }

  /** The caller waits for one question more: a message to nobody could not be taken back. */
  #handOnIfThere(subject: string, entry: Served, message: Msg): void {
    const isAsked = this.#probe(subject, (isThere) => {
      if (isThere) this.#handOn(subject, message);
      else if (entry.closing === undefined) this.#begin(entry, message);
      else this.#decline(message.reply as string, { code: 'terminated', text: 'the server is closed' });
    });
    if (!isAsked) this.#begin(entry, message);
  }

  /**
   * Asks whether a member is there.
   *
   * @param told not called when the answer does not come in time
   * @returns false when too many questions are under way: a peer must not make this side ask without end
   */
  #probe(subject: string, told: (isThere: boolean) => void): boolean {
    if (this.#probes >= this.#maxCalls) return false;
    this.#probes++;
    const forget = (): void => {
      this.#probes--;
      clearTimeout(timer);
      this.inbox.remove(token);
    };
    // NATS tells that nobody listens only to who has the reply subject, and that of a call is its caller's.
    const token = this.inbox.add({
      receive: (_, answer) => {
        forget();
        told(statusOf(answer) !== 503);
      },
    });
    const timer = setTimeout(forget, probeTimeoutMs);
    timer.unref();
    this.transport.outbox.publish(subject, undefined, {
      reply: this.inbox.subject(token),
      headers: probeHeaders(),
    });
    return true;
  }

  /** Ends a call that was not accepted here. */
  #decline(callerRoot: string, error: ReportedError): void {
    // There is nothing more to receive.
    this.transport.outbox.publish(callerRoot, undefined, { reply: this.inbox.nowhere });
    const headers = errorToHeaders(error);
    this.transport.outbox.publish(channelSubject(callerRoot, 'results'), undefined, { headers });
  }
}
