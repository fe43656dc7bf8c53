import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { Msg, NatsConnection, Subscription } from 'nats';
import { describeFailure, memberIsGone } from '../call/describe-failure.js';
import { type FunctionCodec, functionCodec } from '../call/function-codec.js';
import { ReceiveScope } from '../call/receive-deferred.js';
import { sendDeferred } from '../call/send-deferred.js';
import { IncrementalDecoder } from '../codec/incremental.js';
import { type CodecLimits, defaultCodecLimits } from '../codec/limits.js';
import type { CallHeaders } from '../invoke.js';
import { type CallNames, RpcError, type RpcErrorCode } from '../rpc-error.js';
import type { CallContext, ServedFunction, ServedHandle, Server } from '../serve.js';
import { BufferBudget } from './buffer-budget.js';
import { CallChannels, defaultStreamOptions, type StreamOptions } from './call-channels.js';
import {
  errorToHeaders,
  fromHeaders,
  isProbe,
  probeHeaders,
  type ReportedError,
  toHeaders,
  windowOf,
} from './call-headers.js';
import { ConnectionMonitor } from './connection-monitor.js';
import { DeadlineTimer } from './deadline-timer.js';
import { Inbox, type InboxEntry } from './inbox.js';
import { defaultMaxPayload } from './nats-sink.js';
import { Outbox, type ReplySubject } from './outbox.js';
import { type Refusal, RefusalLog } from './refusal-log.js';
import { SlotTable } from './slot-table.js';
import {
  channelSubject,
  invocationSubject,
  isSubjectPart,
  parseCallSubject,
  targetPrefix,
} from './subjects.js';

export interface NatsServerOptions {
  /** Stays the caller's: the server neither drains nor closes it. */
  readonly connection: NatsConnection;
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
  /** Bytes received and not yet taken by handlers, all calls together. Default 512 MiB. */
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
}

/** How long a member may take to show that it is there, in ms; the call itself has its own deadline. */
const probeTimeoutMs = 10_000;

/** Serves functions over NATS (spec wrpc §2.2). Members of a lattice that serve the same target share its calls. */
export function createNatsServer(options: NatsServerOptions): Server {
  return new NatsServer(options);
}

class NatsServer implements Server {
  readonly connection: NatsConnection;
  readonly inbox: Inbox<InboxEntry>;
  readonly outbox: Outbox;
  readonly monitor: ConnectionMonitor;
  readonly limits: CodecLimits;
  readonly streams: StreamOptions;
  readonly refusals: RefusalLog;
  readonly budget: BufferBudget;
  readonly logger: Logger;
  readonly paramsTimeoutMs: number;
  readonly handlerTimeoutMs: number | undefined;
  readonly drainTimeoutMs: number;
  readonly errorText: (error: unknown) => string;
  readonly calls: SlotTable<ServerCall> = new SlotTable();
  readonly deadlines: DeadlineTimer = new DeadlineTimer((now) => this.expire(now));
  private readonly lattice: string;
  private readonly maxCalls: number;
  private readonly served = new Set<Served>();
  private readonly unwatch: () => void;
  private closing: Promise<void> | undefined;

  constructor(options: NatsServerOptions) {
    this.connection = options.connection;
    this.lattice = options.lattice;
    this.limits = { ...defaultCodecLimits, ...options.limits };
    this.streams = { ...defaultStreamOptions, ...options.streams };
    this.paramsTimeoutMs = options.paramsTimeoutMs ?? 10_000;
    this.handlerTimeoutMs = options.handlerTimeoutMs;
    this.drainTimeoutMs = options.drainTimeoutMs ?? 30_000;
    this.maxCalls = options.maxCalls ?? 10_000;
    this.budget = new BufferBudget(options.maxBufferedBytes ?? 512 * 1024 * 1024);
    this.errorText = options.errorText ?? ((error) => describeFailure(error).text);
    this.logger = options.logger ?? noopLogger;
    this.refusals = new RefusalLog(this.logger, options.onRefusal);
    this.inbox = new Inbox({
      connection: options.connection,
      logger: this.logger,
      ...(options.inboxPrefix !== undefined && { prefix: options.inboxPrefix }),
    });
    this.outbox = Outbox.of(options.connection);
    this.monitor = ConnectionMonitor.of(options.connection);
    this.unwatch = this.monitor.watch({
      disconnected: () => {
        for (const call of this.calls.all()) call.disconnected();
      },
    });
  }

  async serve(served: ServedFunction): Promise<ServedHandle> {
    const codec = functionCodec(served.func);
    const names = { target: served.target, instance: served.instance, func: codec.wireName };
    if (this.closing) throw new RpcError('closed', names, 'the server is closed');
    for (const part of [names.target, names.func, ...(names.instance ? [names.instance] : [])]) {
      if (!isSubjectPart(part)) {
        throw new RpcError(
          'invalid-params',
          names,
          `${JSON.stringify(part)} can't be part of a NATS subject: it is empty or has spaces or wildcards`,
        );
      }
    }
    let refused: unknown;
    const entry: Served = {
      served,
      codec,
      names,
      subscription: this.connection.subscribe(
        invocationSubject(this.lattice, names.target, names.instance, names.func),
        {
          queue: targetPrefix(this.lattice, names.target),
          callback: (error, message) => {
            if (error) refused = error;
            else this.accept(entry, message);
          },
        },
      ),
      closing: undefined,
    };
    this.served.add(entry);
    // NATS answers in order: once the flush is back, the subscription is in place or was refused.
    await this.connection.flush();
    if (refused !== undefined) {
      this.served.delete(entry);
      throw new RpcError(
        'peer-failed',
        names,
        `NATS refused the subscription: ${describeFailure(refused).text}`,
        {
          cause: refused,
        },
      );
    }
    return { close: () => this.closeServed(entry) };
  }

  close(): Promise<void> {
    this.closing ??= (async () => {
      await Promise.all([...this.served].map((entry) => this.closeServed(entry)));
      this.unwatch();
      this.deadlines.close();
      this.inbox.close();
    })();
    return this.closing;
  }

  private closeServed(entry: Served): Promise<void> {
    entry.closing ??= (async () => {
      // Calls already on their way to this member arrive before the drain is confirmed.
      await entry.subscription.drain().catch(() => {});
      const deadline = setTimeout(() => {
        for (const call of this.callsOf(entry)) {
          call.abort(
            'terminated',
            `the server stopped and did not wait longer than ${this.drainTimeoutMs} ms`,
          );
        }
      }, this.drainTimeoutMs);
      await Promise.all(this.callsOf(entry).map((call) => call.done));
      clearTimeout(deadline);
      await this.outbox.flush().catch(() => {});
      this.served.delete(entry);
    })();
    return entry.closing;
  }

  private callsOf(entry: Served): readonly ServerCall[] {
    return this.calls.all().filter((call) => call.entry === entry);
  }

  private expire(now: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const call of this.calls.all()) {
      if (call.deadline <= now) call.expire();
      earliest = Math.min(earliest, call.deadline);
    }
    return earliest;
  }

  private accept(entry: Served, message: Msg): void {
    if (!message.reply) {
      const headers = fromHeaders(message.headers);
      this.refusals.report({
        kind: 'no-reply-subject',
        peer: peerOf(headers),
        detail: `${message.subject} came without a reply subject`,
      });
      return;
    }
    if (isProbe(message.headers)) {
      this.outbox.publish(message.reply);
      return;
    }
    if (this.forward(entry, message)) return;
    const overloaded = this.calls.size >= this.maxCalls;
    new ServerCall(this, entry, message).start(message, overloaded);
  }

  /** Hands the first message on as it is: the other member's acceptance is the only one the caller sees. */
  private forward({ served, names }: Served, message: Msg): boolean {
    const { data, headers } = message;
    const target = served.forward?.(data);
    if (target === undefined) return false;
    const subject = invocationSubject(this.lattice, target, names.instance, names.func);
    this.outbox.publish(subject, data, { reply: message.reply, headers });
    // NATS tells that nobody listens only to who has the reply subject, and that is the caller's.
    const forget = (): void => {
      clearTimeout(timer);
      this.inbox.remove(token);
    };
    const token = this.inbox.add({
      receive: (_, { headers: status }) => {
        forget();
        if (status?.code === 503) this.refuseForwarded(message);
      },
    });
    const timer = setTimeout(forget, probeTimeoutMs);
    timer.unref();
    this.outbox.publish(subject, undefined, { reply: this.inbox.subject(token), headers: probeHeaders() });
    return true;
  }

  private refuseForwarded({ reply }: Msg): void {
    const callerRoot = reply as string;
    // There is nothing more to receive.
    this.outbox.publish(callerRoot, undefined, { reply: this.inbox.nowhere });
    const text = memberIsGone;
    const headers = errorToHeaders({ code: 'terminated', text });
    this.outbox.publish(channelSubject(callerRoot, 'results'), undefined, { headers });
  }
}

interface Served {
  readonly served: ServedFunction;
  readonly codec: FunctionCodec;
  readonly names: CallNames;
  readonly subscription: Subscription;
  closing: Promise<void> | undefined;
}

/**
 * One accepted call: `receiving` its synchronous parameters, `running` its handler, `streaming` what its result
 * still has to send, `over`.
 */
class ServerCall implements InboxEntry, ReplySubject, CallContext {
  readonly entry: Served;
  /** When {@link ServerCall.expire} is due, in the time of `performance.now()`. */
  deadline: number = Number.POSITIVE_INFINITY;
  private state: 'receiving' | 'running' | 'streaming' | 'over' = 'receiving';
  private readonly server: NatsServer;
  private readonly slot: number;
  private readonly callerRoot: string;
  private readonly message: Msg;
  private readonly channels: CallChannels | undefined;
  private readonly scope: ReceiveScope | undefined;
  private decodedHeaders: CallHeaders | undefined;
  private decoder: IncrementalDecoder | undefined;
  private token: string | undefined;
  private heldBytes = 0;
  private controller: AbortController | undefined;
  private aborted: RpcError | undefined;
  private finished: PromiseWithResolvers<void> | undefined;
  private waits: Promise<unknown>[] | undefined;

  constructor(server: NatsServer, entry: Served, message: Msg) {
    this.server = server;
    this.entry = entry;
    this.slot = server.calls.add(this);
    this.message = message;
    this.callerRoot = message.reply as string;
    const { codec, names } = entry;
    if (codec.paramsDeferred || codec.resultsDeferred) {
      this.channels = new CallChannels({
        connection: server.connection,
        names,
        incoming: 'params',
        incomingType: codec.params,
        limits: server.limits,
        streams: server.streams,
        budget: server.budget,
        onIdle: () => {},
      });
      this.channels.connect(this.callerRoot, windowOf(message.headers));
      this.scope = new ReceiveScope(this.channels);
    }
  }

  get headers(): CallHeaders {
    this.decodedHeaders ??= fromHeaders(this.message.headers);
    return this.decodedHeaders;
  }

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.aborted) this.controller.abort(this.aborted);
    }
    return this.controller.signal;
  }

  waitUntil(work: Promise<unknown>): void {
    this.waits ??= [];
    this.waits.push(work);
  }

  /** Resolves when nothing more will be sent. */
  get done(): Promise<void> {
    if (this.state === 'over') return Promise.resolve();
    this.finished ??= Promise.withResolvers();
    return this.finished.promise;
  }

  /** Accepts the call, before anything of it is looked at: the caller sends no more until then (spec wrpc §2.2). */
  start(message: Msg, overloaded: boolean): void {
    const { server, entry } = this;
    try {
      const headers = toHeaders(undefined, this.channels && server.streams.windowBytes);
      server.outbox.publish(this.callerRoot, undefined, { reply: this, headers });
      if (overloaded) {
        this.refuse('too-many-calls', 'overloaded', 'too many calls at the same time');
        return;
      }
      this.decoder = new IncrementalDecoder(entry.codec.params, server.limits, this.scope);
      this.receiveParams(message.data);
    } catch (error) {
      this.refuseBadParams(error);
    }
  }

  /** A call that is over before its acceptance leaves, as those of quick handlers are, needs nothing more from its caller. */
  replySubject(): string {
    const { inbox } = this.server;
    if (this.state === 'over') return inbox.nowhere;
    this.token = inbox.add(this);
    return inbox.subject(this.token);
  }

  receive(rest: string, message: Msg): void {
    try {
      if (rest === '.params') {
        if (this.state === 'receiving') this.continueParams(message.data);
        return;
      }
      const subject = parseCallSubject(rest);
      if (subject?.kind === 'cancel') this.abort('canceled', 'the caller gave up');
      else if (subject) this.channels?.receive(subject, message);
    } catch (error) {
      this.refuseBadParams(error);
    }
  }

  /** Ends the call early: the handler's signal is aborted, and the caller learns why. */
  abort(code: RpcErrorCode, detail: string): void {
    if (this.state === 'over' || this.aborted) return;
    this.aborted = new RpcError(code, this.entry.names, detail);
    this.controller?.abort(this.aborted);
    this.channels?.fail(this.aborted);
    if (this.state !== 'streaming') this.endWithError({ code, text: detail });
    this.end();
  }

  /** What was under way to this server is lost; a handler that has all it needs goes on. */
  disconnected(): void {
    const error = new RpcError('disconnected', this.entry.names, 'the NATS connection dropped');
    if (this.state === 'receiving') this.abort('disconnected', 'the NATS connection dropped');
    else if (this.channels && !this.channels.idle) this.channels.fail(error);
  }

  private continueParams(data: Uint8Array): void {
    if (data.length > 0) {
      this.receiveParams(data);
    } else {
      this.refuse('bad-params', 'bad-data', 'the parameters ended before they were complete');
    }
  }

  private receiveParams(data: Uint8Array): void {
    const { decoder, server } = this;
    if (!decoder) return;
    if (decoder.push(data)) {
      this.run(decoder.value as unknown[]);
      return;
    }
    // What stays is what a whole value would not have needed.
    this.heldBytes += data.length;
    server.budget.hold(data.length);
    if (server.budget.exceeded) {
      this.refuse('too-many-bytes', 'overloaded', 'the calls of this server hold too many bytes');
      return;
    }
    if (this.deadline === Number.POSITIVE_INFINITY) this.expireIn(server.paramsTimeoutMs);
  }

  private expireIn(ms: number): void {
    this.deadline = performance.now() + ms;
    this.server.deadlines.include(this.deadline);
  }

  /** The deadline passed. */
  expire(): void {
    const { paramsTimeoutMs, handlerTimeoutMs } = this.server;
    if (this.state === 'receiving') {
      const detail = `the parameters were not complete within ${paramsTimeoutMs} ms`;
      this.refuse('params-timeout', 'timeout', detail);
    } else {
      this.abort('timeout', `the handler took longer than ${handlerTimeoutMs} ms`);
    }
  }

  private run(params: readonly unknown[]): void {
    this.state = 'running';
    this.decoder = undefined;
    this.giveBack();
    this.deadline = Number.POSITIVE_INFINITY;
    const { handlerTimeoutMs } = this.server;
    if (handlerTimeoutMs !== undefined) this.expireIn(handlerTimeoutMs);
    this.scope?.start();
    void this.answer(params);
  }

  private giveBack(): void {
    this.server.budget.give(this.heldBytes);
    this.heldBytes = 0;
  }

  private async answer(params: readonly unknown[]): Promise<void> {
    const { server, entry } = this;
    try {
      const result = await entry.served.handler(params, this);
      if (this.state === 'over') return;
      this.deadline = Number.POSITIVE_INFINITY;
      const encoded = entry.codec.encodeResult(result);
      // What is published while the connection is down is lost.
      if (server.monitor.state === 'disconnected') await this.reconnected();
      if (this.state !== 'running') return;
      this.state = 'streaming';
      this.publishResults(encoded.bytes);
      const { channels } = this;
      if (encoded.deferred.length > 0 && channels) {
        await sendDeferred(encoded.deferred, (path) => channels.sink(path));
      }
      if (this.waits) await Promise.allSettled(this.waits);
    } catch (error) {
      this.failed(error);
    }
    this.end();
  }

  private failed(error: unknown): void {
    if (this.state === 'running') {
      const text = this.server.errorText(error);
      this.server.logger.debug('a handler failed', { ...this.entry.names, error });
      this.endWithError({ code: 'peer-failed', text });
    } else if (!(error instanceof RpcError)) {
      this.server.logger.debug('a stream of a result failed', { ...this.entry.names, error });
    }
  }

  private async reconnected(): Promise<void> {
    await this.server.monitor.settled(this.signal);
  }

  private publishResults(bytes: Uint8Array): void {
    const { connection, outbox } = this.server;
    const subject = channelSubject(this.callerRoot, 'results');
    const max = connection.info?.max_payload ?? defaultMaxPayload;
    if (bytes.length <= max) {
      if (bytes.length > 0) outbox.publish(subject, bytes);
    } else {
      for (let start = 0; start < bytes.length; start += max) {
        outbox.publish(subject, bytes.subarray(start, start + max));
      }
    }
    outbox.publish(subject);
  }

  private endWithError(error: ReportedError): void {
    const subject = channelSubject(this.callerRoot, 'results');
    this.server.outbox.publish(subject, undefined, { headers: errorToHeaders(error) });
  }

  private refuseBadParams(error: unknown): void {
    this.refuse('bad-params', 'bad-data', `the parameters can't be decoded: ${describeFailure(error).text}`);
  }

  private refuse(kind: Refusal['kind'], code: RpcErrorCode, detail: string): void {
    const { entry, server } = this;
    server.refusals.report({
      kind,
      peer: peerOf(this.headers),
      detail: `${entry.names.instance}.${entry.names.func}: ${detail}`,
    });
    this.abort(code, detail);
  }

  private end(): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.giveBack();
    this.deadline = Number.POSITIVE_INFINITY;
    if (this.entry.codec.paramsDeferred) this.channels?.cancelIncoming();
    this.channels?.dispose();
    this.server.calls.remove(this.slot);
    if (this.token) this.server.inbox.remove(this.token);
    this.finished?.resolve();
  }
}

/** As upstream's providers name a caller without `source-id`; bounded, for it goes into logs. */
function peerOf(headers: CallHeaders): string {
  return (headers['source-id'] ?? '<unknown>').slice(0, 100);
}
