import type { Msg } from 'nats';
import { describeFailure } from '../call/describe-failure.js';
import type { EncodedValue, FunctionCodec } from '../call/function-codec.js';
import { ReceiveScope } from '../call/receive-deferred.js';
import { leaveDeferred, sendDeferred } from '../call/send-deferred.js';
import { IncrementalDecoder } from '../codec/incremental.js';
import type { CodecLimits } from '../codec/limits.js';
import { type Invocation, linkNameOf } from '../invoke.js';
import { type CallNames, RpcError, type RpcErrorCode } from '../rpc-error.js';
import { keepFuture } from '../whole-future.js';
import { type BufferBudget, overheadBytes } from './buffer-budget.js';
import { CallChannels, type StreamOptions } from './call-channels.js';
import { errorFromHeaders, headerBytes, toHeaders, windowOf } from './call-headers.js';
import type { DeadlineTimer } from './deadline-timer.js';
import type { Inbox, InboxEntry } from './inbox.js';
import type { NatsTransport } from './nats-transport.js';
import type { OutgoingSender } from './outbox.js';
import type { RefusalKind, RefusalLog } from './refusal-log.js';
import { cancelSubject, channelSubject, isPeerRoot, parseCallSubject } from './subjects.js';

/** Wait before such a call is sent again, plus up to as much at random, so that callers don't come back as one. */
const repeatDelayMs = 250;

/** First wait before the end of no parameters is told again; each later one is twice as long. */
const repeatEndMs = 250;

/** What a call needs of its invoker. */
export interface ClientCallHost {
  readonly transport: NatsTransport;
  readonly inbox: Inbox<ClientCall>;
  readonly limits: CodecLimits;
  readonly streams: StreamOptions;
  readonly budget: BufferBudget;
  readonly refusals: RefusalLog;
  readonly deadlines: DeadlineTimer;
  /** Whether a call that found nobody is worth one more try: peers resubscribe after an interruption. */
  readonly settling: boolean;
  /** Whether a deadline passed for want of a connection. */
  readonly disconnected: boolean;
  /** Sends the call, as soon as there is a connection. */
  sendOnceConnected(call: ClientCall): Promise<void>;
}

/** A function of a target, prepared for calls. */
export interface Route {
  readonly names: CallNames;
  readonly codec: FunctionCodec;
  readonly subject: string;
}

export interface ClientCallOptions {
  readonly invocation: Invocation;
  readonly route: Route;
  readonly params: EncodedValue;
  readonly timeoutMs: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One call. It is `waiting` until its result is decoded or it failed, then `streaming` while streams and futures
 * go on, then `over`. `abandoned`: given up before the handshake came, which is then answered with a cancel.
 */
export class ClientCall implements InboxEntry, OutgoingSender {
  /** When {@link ClientCall.expire} is due, in the time of `performance.now()`. */
  deadline: number;
  private state: 'waiting' | 'streaming' | 'abandoned' | 'over' = 'waiting';
  private readonly client: ClientCallHost;
  private readonly options: ClientCallOptions;
  private readonly channels: CallChannels | undefined;
  private readonly token: string;
  private peerRoot: string | undefined;
  private sentBytes = 0;
  private tries = 0;
  private decoder: IncrementalDecoder | undefined;
  private scope: ReceiveScope | undefined;
  private endController: AbortController | undefined;
  private sending = false;
  private heldBytes = 0;
  private endTimer: NodeJS.Timeout | undefined;

  constructor(client: ClientCallHost, options: ClientCallOptions) {
    this.client = client;
    this.options = options;
    const { route, timeoutMs, invocation } = options;
    const { codec } = route;
    if (codec.paramsDeferred || codec.resultsDeferred) {
      this.channels = new CallChannels({
        transport: client.transport,
        names: this.names,
        incoming: 'results',
        incomingType: codec.results,
        limits: client.limits,
        streams: client.streams,
        budget: client.budget,
        onRefused: (kind, { message }) => this.report(kind, message),
        onIdle: () => this.finishIfIdle(),
      });
    }
    this.token = client.inbox.add(this);
    this.deadline = performance.now() + timeoutMs;
    client.deadlines.include(this.deadline);
    invocation.signal?.addEventListener('abort', this);
  }

  /** Aborted once the call is settled. */
  get ended(): AbortSignal {
    this.endController ??= new AbortController();
    if (this.state !== 'waiting') this.endController.abort();
    return this.endController.signal;
  }

  send(): void {
    const { client, options } = this;
    const { route, params, invocation } = options;
    this.tries++;
    const reply = client.inbox.subject(this.token);
    this.scope = this.channels && new ReceiveScope(this.channels);
    this.decoder = new IncrementalDecoder(route.codec.results, client.limits, this.scope);
    try {
      const headers = toHeaders(invocation.headers, this.channels && client.streams.windowBytes);
      // What the reply subject and the headers take is left out of the first message (spec wrpc §2.1).
      this.sentBytes = Math.min(
        params.bytes.length,
        Math.max(0, client.transport.maxPayload - reply.length - headerBytes(headers)),
      );
      const first =
        this.sentBytes === params.bytes.length ? params.bytes : params.bytes.subarray(0, this.sentBytes);
      client.transport.outbox.publish(route.subject, first, { reply, headers, sender: this });
    } catch (error) {
      this.fail('invalid-params', describeFailure(error).text, error);
    }
  }

  receive(rest: string, message: Msg): void {
    try {
      if (rest === '.results') this.receiveResults(message);
      else if (rest === '') this.receiveHandshake(message);
      else {
        const subject = parseCallSubject(rest);
        if (subject) this.channels?.receive(subject, message);
      }
    } catch (error) {
      this.refuse(
        'bad-result',
        'bad-data',
        `the result can't be decoded: ${describeFailure(error).text}`,
        error,
      );
    }
  }

  private get names(): CallNames {
    const { route, invocation } = this.options;
    const linkName = linkNameOf(invocation);
    return linkName === undefined ? route.names : { ...route.names, linkName };
  }

  /** Fails for what the peer sent. */
  private refuse(kind: RefusalKind, code: RpcErrorCode, detail: string, cause?: unknown): void {
    const error = new RpcError(code, this.names, detail, cause === undefined ? undefined : { cause });
    this.report(kind, error.message);
    this.settle(error, true);
  }

  private report(kind: RefusalKind, detail: string): void {
    this.client.refusals.report({ kind, peer: this.names.target, detail });
  }

  fail(code: RpcErrorCode, detail: string, cause?: unknown): void {
    this.settle(new RpcError(code, this.names, detail, cause === undefined ? undefined : { cause }));
  }

  /** Fails, and tells the peer that nobody waits any more. */
  giveUp(code: RpcErrorCode, detail: string, cause?: unknown): void {
    this.settle(new RpcError(code, this.names, detail, cause === undefined ? undefined : { cause }), true);
  }

  unsent(error: unknown): void {
    const code = this.client.transport.connection.isClosed() ? 'disconnected' : 'invalid-params';
    this.fail(code, `the call could not be sent: ${describeFailure(error).text}`, error);
  }

  /** The listener of the caller's signal. */
  handleEvent(): void {
    const reason: unknown = this.options.invocation.signal?.reason;
    this.settle(reason, true);
  }

  /** The deadline passed. */
  expire(): void {
    const { timeoutMs } = this.options;
    if (this.state === 'abandoned') this.end();
    else if (this.client.disconnected) {
      this.fail(
        'disconnected',
        `not connected to NATS for ${timeoutMs} ms; check the server and its address`,
      );
    } else {
      const detail = this.peerRoot
        ? `accepted the call and did not answer within ${timeoutMs} ms`
        : `was not accepted within ${timeoutMs} ms; check whether the peer is overloaded`;
      this.giveUp('timeout', detail);
    }
  }

  private receiveHandshake(message: Msg): void {
    const { headers } = message;
    // A status comes without a reply subject, and also where 1xx would not be an error
    // (docs/spec/wrpc.md#2.3).
    if (headers && headers.code !== 0 && (headers.code < 200 || headers.code > 299)) {
      this.receiveStatus(headers.code, headers.description);
      return;
    }
    if (this.peerRoot !== undefined) return;
    const { reply } = message;
    if (!isPeerRoot(reply)) {
      this.refuse(
        'no-reply-subject',
        'bad-data',
        'the peer accepted the call without a usable reply subject',
      );
      return;
    }
    this.peerRoot = reply;
    const { maxPayload, outbox } = this.client.transport;
    const { bytes, deferred } = this.options.params;
    const params = channelSubject(reply, 'params');
    if (this.state === 'abandoned') {
      outbox.publish(cancelSubject(reply));
      outbox.publish(params);
      // Until the peer is done with the call, or the deadline of its acceptance has passed.
      if (bytes.length === 0) this.repeatEnd(params, repeatEndMs);
      else this.end();
      return;
    }
    for (let start = this.sentBytes; start < bytes.length; start += maxPayload) {
      outbox.publish(params, bytes.subarray(start, start + maxPayload));
    }
    outbox.publish(params);
    if (bytes.length === 0) this.repeatEnd(params, repeatEndMs);
    this.channels?.connect(reply, windowOf(headers));
    if (deferred.length > 0) void this.sendStreams();
  }

  /**
   * Servers of wrpc-transport-nats 0.29, which wasmCloud 1.9 uses, may lose under load what comes right after they
   * accepted a call. Where that is the end of no parameters, they wait for it for ever and accept no other call of the
   * function. To a server that has it, it means nothing.
   */
  private repeatEnd(params: string, waitMs: number): void {
    this.endTimer = setTimeout(() => {
      // Nothing else ends a call that was given up when its invoker is closed.
      if (performance.now() >= this.deadline) return;
      this.client.transport.outbox.publish(params);
      this.repeatEnd(params, waitMs * 2);
    }, waitMs).unref();
  }

  private async sendStreams(): Promise<void> {
    const { channels } = this;
    if (!channels) return;
    this.sending = true;
    try {
      await sendDeferred(this.options.params.deferred, (path) => channels.sink(path));
    } catch (error) {
      // A peer that stops reading early may still answer.
      if (!(error instanceof RpcError)) {
        this.giveUp(
          'canceled',
          `a stream among the parameters failed: ${describeFailure(error).text}`,
          error,
        );
      }
    }
    this.sending = false;
    this.finishIfIdle();
  }

  private receiveStatus(code: number, description: string): void {
    if (code === 503) {
      if (this.tries === 1 && this.client.settling) {
        this.repeat();
        return;
      }
      this.fail(
        'not-found',
        'nobody is listening; check that the target is running and serves this interface',
      );
    } else if (code === 408) {
      this.fail('timeout', 'NATS reports a timeout (408)');
    } else if (code === 409) {
      this.fail('terminated', 'NATS reports that the request was terminated (409)');
    } else {
      this.fail('peer-failed', `NATS reports status ${code} ${description}`.trim());
    }
  }

  /** Nothing was handed to a handler, so sending it again is safe. */
  private repeat(): void {
    const delay = repeatDelayMs * (1 + Math.random());
    const timer = setTimeout(() => void this.client.sendOnceConnected(this), delay);
    this.ended.addEventListener('abort', () => clearTimeout(timer));
  }

  private receiveResults(message: Msg): void {
    const { decoder } = this;
    const { data } = message;
    if (this.state === 'abandoned' && data.length === 0) this.end();
    if (this.state !== 'waiting' || !decoder) return;
    if (data.length > 0) {
      const before = decoder.heapBytes;
      if (!decoder.push(data)) this.hold(data.length + overheadBytes + decoder.heapBytes - before);
      else if (this.options.invocation.func.result) this.succeed(decoder);
      return;
    }
    const reported = errorFromHeaders(message.headers);
    if (reported) {
      this.fail(reported.code, `the peer failed${reported.text && `: ${reported.text}`}`);
    } else if (decoder.done) {
      // Without a result, the end marker says that the function returned.
      this.succeed(decoder);
    } else {
      this.fail('peer-failed', 'the peer ended the call without a result; its own log tells why');
    }
  }

  private succeed(decoder: IncrementalDecoder): void {
    const [result] = decoder.value as unknown[];
    this.state = 'streaming';
    this.release();
    this.scope?.start();
    const { func, wholeFuture } = this.options.invocation;
    this.options.resolve(keepFuture(func.result, result, wholeFuture));
    this.finishIfIdle();
  }

  /** @param cancel whether to tell the peer that nobody waits any more */
  private settle(error: unknown, cancel = false): void {
    if (this.state === 'over' || this.state === 'abandoned') return;
    const wasWaiting = this.state === 'waiting';
    this.state = 'over';
    this.release();
    this.channels?.fail(error);
    if (this.peerRoot === undefined) leaveDeferred(this.options.params.deferred);
    if (wasWaiting) this.options.reject(error);
    if (cancel && wasWaiting && this.tries > 0 && this.peerRoot === undefined) {
      this.state = 'abandoned';
      this.deadline = performance.now() + this.options.timeoutMs;
      this.client.deadlines.include(this.deadline);
      return;
    }
    if (cancel && this.peerRoot !== undefined) {
      const { transport, disconnected } = this.client;
      transport.outbox.publishLast(cancelSubject(this.peerRoot));
      // It may have been lost, and upstream's servers accept no other call of the function before they have it.
      if (disconnected) transport.outbox.publishLast(channelSubject(this.peerRoot, 'params'));
    }
    this.end();
  }

  /** What stays of a result is what a whole one would not have needed. */
  private hold(bytes: number): void {
    const { budget } = this.client;
    this.heldBytes += bytes;
    budget.hold(bytes);
    if (!budget.exceeded) return;
    this.refuse('too-many-bytes', 'overloaded', 'the calls of this program hold too many bytes of results');
  }

  /** What belongs to waiting. */
  private release(): void {
    clearTimeout(this.endTimer);
    if (this.heldBytes > 0) this.client.budget.give(this.heldBytes);
    this.heldBytes = 0;
    this.deadline = Number.POSITIVE_INFINITY;
    this.endController?.abort();
    this.options.invocation.signal?.removeEventListener('abort', this);
  }

  private finishIfIdle(): void {
    if (this.state === 'streaming' && !this.sending && (this.channels?.idle ?? true)) this.end();
  }

  private end(): void {
    clearTimeout(this.endTimer);
    this.state = 'over';
    this.channels?.dispose();
    this.client.inbox.remove(this.token);
  }
}
