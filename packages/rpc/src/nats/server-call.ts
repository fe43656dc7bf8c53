import type { Logger } from '@wasmlattice/telemetry';
import type { Msg, MsgHdrs } from 'nats';
import { codeOfHandlerError, describeFailure } from '../call/describe-failure.js';
import type { FunctionCodec } from '../call/function-codec.js';
import { ReceiveScope } from '../call/receive-deferred.js';
import { leaveDeferred, sendDeferred } from '../call/send-deferred.js';
import { CodecError } from '../codec/codec-error.js';
import { IncrementalDecoder } from '../codec/incremental.js';
import type { CodecLimits } from '../codec/limits.js';
import type { CallHeaders } from '../invoke.js';
import { type CallNames, describeCall, RpcError, type RpcErrorCode } from '../rpc-error.js';
import type { CallContext, CallHandler } from '../serve.js';
import { type BufferBudget, overheadBytes } from './buffer-budget.js';
import { CallChannels, type StreamOptions } from './call-channels.js';
import {
  errorToHeaders,
  fromHeaders,
  heldByHeaders,
  type ReportedError,
  toHeaders,
  windowOf,
} from './call-headers.js';
import type { DeadlineTimer } from './deadline-timer.js';
import type { Inbox, InboxEntry } from './inbox.js';
import type { NatsTransport } from './nats-transport.js';
import type { ReplySubject } from './outbox.js';
import { peerOf, type Refusal, type RefusalLog } from './refusal-log.js';
import type { SlotTable } from './slot-table.js';
import { channelSubject, parseCallSubject } from './subjects.js';

/** What a call needs of its server. */
export interface ServerCallHost {
  readonly transport: NatsTransport;
  readonly inbox: Inbox<InboxEntry>;
  readonly limits: CodecLimits;
  readonly streams: StreamOptions;
  readonly refusals: RefusalLog;
  readonly budget: BufferBudget;
  readonly logger: Logger;
  readonly paramsTimeoutMs: number;
  readonly handlerTimeoutMs: number | undefined;
  readonly errorText: (error: unknown) => string;
  readonly calls: SlotTable<ServerCall>;
  readonly deadlines: DeadlineTimer;
}

/** A function prepared for calls. */
export interface CallTarget {
  readonly names: CallNames;
  readonly codec: FunctionCodec;
  readonly handler: CallHandler;
}

/** What an accepted call is at. */
type ServerCallState =
  /** Nothing of it was looked at yet. */
  | { readonly tag: 'accepted' }
  /** Its synchronous parameters are not complete. */
  | { readonly tag: 'receiving'; readonly decoder: IncrementalDecoder }
  /** Its handler is at work, or the connection is down that the result is to be sent on. */
  | { readonly tag: 'running' }
  /** The synchronous part of its result was sent; streams and futures go on. */
  | { readonly tag: 'streaming' }
  /** `reason`: why it ended before it was done. */
  | { readonly tag: 'over'; readonly reason: RpcError | undefined };

/** One call from its acceptance on, until nothing of it is left to send. */
export class ServerCall implements InboxEntry, ReplySubject, CallContext {
  readonly entry: CallTarget;
  /** When {@link ServerCall.expire} is due, in the time of `performance.now()`. */
  deadline: number = Number.POSITIVE_INFINITY;
  #state: ServerCallState = { tag: 'accepted' };
  readonly #server: ServerCallHost;
  readonly #slot: number;
  readonly #callerRoot: string;
  /** Not the message: it would keep the buffer it was read with. */
  readonly #rawHeaders: MsgHdrs | undefined;
  readonly #channels: CallChannels | undefined;
  readonly #scope: ReceiveScope | undefined;
  #decodedHeaders: CallHeaders | undefined;
  #token: string | undefined;
  #heldBytes = 0;
  /** Made when the handler asks for its signal. */
  #controller: AbortController | undefined;
  /** Made for who waits for the end. */
  #finished: PromiseWithResolvers<void> | undefined;
  /** What the handler asked to wait for. */
  #waits: Promise<unknown>[] | undefined;
  /** What takes back an answer that does not leave. */
  #undoes: (() => void)[] | undefined;
  /** The connection dropped since the call was accepted. */
  #isInterrupted = false;

  constructor(server: ServerCallHost, entry: CallTarget, message: Msg) {
    this.#server = server;
    this.entry = entry;
    this.#slot = server.calls.add(this);
    this.#rawHeaders = message.headers;
    this.#callerRoot = message.reply as string;
    const { codec, names } = entry;
    if (codec.hasDeferredParams || codec.hasDeferredResults) {
      this.#channels = new CallChannels({
        transport: server.transport,
        names,
        incoming: 'params',
        incomingType: codec.params,
        limits: server.limits,
        streams: server.streams,
        budget: server.budget,
        onRefused: (kind, { message }) => this.#report(kind, message),
        onIdle: () => {},
      });
      this.#channels.connect(this.#callerRoot, windowOf(message.headers));
      this.#scope = new ReceiveScope(this.#channels);
    }
  }

  get headers(): CallHeaders {
    this.#decodedHeaders ??= fromHeaders(this.#rawHeaders);
    return this.#decodedHeaders;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#state.tag === 'over' && this.#state.reason) this.#controller.abort(this.#state.reason);
    }
    return this.#controller.signal;
  }

  waitUntil(work: Promise<unknown>): void {
    this.#waits ??= [];
    this.#waits.push(work);
  }

  onUndelivered(undo: () => void): void {
    this.#undoes ??= [];
    this.#undoes.push(undo);
  }

  get #isOver(): boolean {
    return this.#state.tag === 'over';
  }

  /** Resolves when nothing more will be sent. */
  get done(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    this.#finished ??= Promise.withResolvers();
    return this.#finished.promise;
  }

  /**
   * Accepts the call, before anything of it is looked at: the caller sends no more until then
   * (docs/spec/wrpc.md#2.2).
   */
  start(message: Msg, isOverloaded: boolean): void {
    const { entry } = this;
    const server = this.#server;
    try {
      this.#accept();
      if (isOverloaded) {
        this.#refuse('too-many-calls', 'overloaded', 'too many calls at the same time');
        return;
      }
      if (!this.#hold(heldByHeaders(this.#rawHeaders))) return;
      const decoder = new IncrementalDecoder(entry.codec.params, server.limits, this.#scope);
      this.#state = { tag: 'receiving', decoder };
      this.#receiveParams(decoder, message.data);
    } catch (error) {
      this.#refuseBadParams(error);
    }
  }

  #accept(): void {
    const { transport, streams } = this.#server;
    const headers = toHeaders(undefined, this.#channels && streams.windowBytes);
    transport.outbox.publish(this.#callerRoot, undefined, { reply: this, headers });
  }

  /** A call that is over before its acceptance leaves, as those of quick handlers are, needs nothing more from its caller. */
  replySubject(): string {
    const { inbox } = this.#server;
    if (this.#isOver) return inbox.nowhere;
    this.#token ??= inbox.add(this);
    return inbox.subject(this.#token);
  }

  receive(rest: string, message: Msg): void {
    try {
      if (rest === '.params') {
        if (this.#state.tag === 'receiving') this.#continueParams(this.#state.decoder, message.data);
        return;
      }
      const subject = parseCallSubject(rest);
      if (subject?.kind === 'cancel') this.abort('canceled', 'the caller gave up');
      else if (subject) this.#channels?.receive(subject, message);
    } catch (error) {
      this.#refuseBadParams(error);
    }
  }

  /** Ends the call early: the handler's signal is aborted, and the caller learns why. */
  abort(code: RpcErrorCode, detail: string): void {
    const { tag } = this.#state;
    if (tag === 'over') return;
    const reason = new RpcError(code, this.entry.names, detail);
    this.#state = { tag: 'over', reason };
    this.#controller?.abort(reason);
    this.#channels?.fail(reason);
    if (tag !== 'streaming') this.#endWithError({ code, text: detail });
    this.#release();
  }

  /** What was under way to this server is lost; a handler that has all it needs goes on. */
  disconnected(): void {
    const detail = 'the NATS connection dropped';
    this.#isInterrupted = true;
    if (this.#state.tag === 'receiving') this.abort('disconnected', detail);
    else if (this.#channels && !this.#channels.isIdle) {
      this.#channels.fail(new RpcError('disconnected', this.entry.names, detail));
    }
  }

  #continueParams(decoder: IncrementalDecoder, data: Uint8Array): void {
    if (data.length > 0) {
      this.#receiveParams(decoder, data);
    } else {
      this.#refuse('bad-params', 'bad-data', 'the parameters ended before they were complete');
    }
  }

  #receiveParams(decoder: IncrementalDecoder, data: Uint8Array): void {
    // Until the call is over: a handler that waits for its turn holds its parameters.
    if (!this.#hold(data.length)) return;
    const before = decoder.heapBytes;
    const isComplete = decoder.push(data);
    if (!this.#hold(decoder.heapBytes - before)) return;
    if (isComplete) {
      this.#run(decoder.value as unknown[]);
      return;
    }
    if (!this.#hold(overheadBytes)) return;
    if (this.deadline === Number.POSITIVE_INFINITY) this.#expireIn(this.#server.paramsTimeoutMs);
  }

  #expireIn(ms: number): void {
    this.deadline = performance.now() + ms;
    this.#server.deadlines.include(this.deadline);
  }

  /** The deadline passed. */
  expire(): void {
    const { paramsTimeoutMs, handlerTimeoutMs } = this.#server;
    if (this.#state.tag === 'receiving') {
      const detail = `the parameters were not complete within ${paramsTimeoutMs} ms`;
      this.#refuse('params-timeout', 'timeout', detail);
    } else {
      this.abort('timeout', `the handler took longer than ${handlerTimeoutMs} ms`);
    }
  }

  #run(params: readonly unknown[]): void {
    this.#state = { tag: 'running' };
    this.deadline = Number.POSITIVE_INFINITY;
    const { handlerTimeoutMs } = this.#server;
    if (handlerTimeoutMs !== undefined) this.#expireIn(handlerTimeoutMs);
    this.#scope?.start();
    void this.#answer(params);
  }

  /** @returns whether there is room for them; else the call is refused */
  #hold(bytes: number): boolean {
    const { budget } = this.#server;
    this.#heldBytes += bytes;
    budget.hold(bytes);
    if (!budget.isExceeded) return true;
    this.#refuse('too-many-bytes', 'overloaded', 'the calls of this server hold too many bytes');
    return false;
  }

  async #answer(params: readonly unknown[]): Promise<void> {
    const { entry } = this;
    const server = this.#server;
    const { monitor } = server.transport;
    try {
      const result = await entry.handler(params, this);
      if (this.#isOver && !entry.codec.hasDeferredResults) {
        this.#takeBack();
        return;
      }
      const encoded = entry.codec.encodeResult(result);
      if (this.#isOver) {
        leaveDeferred(encoded.deferred);
        this.#takeBack();
        return;
      }
      this.deadline = Number.POSITIVE_INFINITY;
      // What is published while the connection is down is lost.
      if (monitor.state === 'disconnected') await monitor.settled(this.signal);
      if (this.#state.tag !== 'running' || monitor.state === 'closed') {
        leaveDeferred(encoded.deferred);
        this.#takeBack();
        this.#end();
        return;
      }
      // Without the acceptance, which may be lost, a caller can't say how much of a stream it has read.
      if (this.#isInterrupted && this.#channels?.isPaced) this.#accept();
      this.#state = { tag: 'streaming' };
      this.#publishResults(encoded.bytes);
      const channels = this.#channels;
      if (encoded.deferred.length > 0 && channels) {
        // What the handler still does with its parameters does not depend on who reads the result.
        await sendDeferred(encoded.deferred, (path) => channels.sink(path)).catch((error: unknown) =>
          this.#streamFailed(error),
        );
      }
      if (this.#waits) await Promise.allSettled(this.#waits);
    } catch (error) {
      if (this.#state.tag !== 'streaming') this.#takeBack();
      if (this.#state.tag === 'running') this.#failed(error);
    }
    this.#end();
  }

  #failed(error: unknown): void {
    const text = this.#server.errorText(error);
    // What a handler throws is known to it; that it returned what it can't is known here alone.
    const level = error instanceof CodecError ? 'error' : 'debug';
    this.#server.logger[level]('a handler failed', { ...this.entry.names, error });
    this.#endWithError({ code: codeOfHandlerError(error), text });
  }

  #takeBack(): void {
    for (const undo of this.#undoes?.splice(0) ?? []) undo();
  }

  #streamFailed(error: unknown): void {
    if (error instanceof RpcError) return;
    this.#server.logger.debug('a stream of a result failed', { ...this.entry.names, error });
  }

  #publishResults(bytes: Uint8Array): void {
    const { maxPayload, outbox } = this.#server.transport;
    const subject = channelSubject(this.#callerRoot, 'results');
    if (bytes.length <= maxPayload) {
      if (bytes.length > 0) outbox.publish(subject, bytes);
    } else {
      for (let start = 0; start < bytes.length; start += maxPayload) {
        outbox.publish(subject, bytes.subarray(start, start + maxPayload));
      }
    }
    outbox.publish(subject);
  }

  #endWithError(error: ReportedError): void {
    const subject = channelSubject(this.#callerRoot, 'results');
    this.#server.transport.outbox.publishLast(subject, errorToHeaders(error));
  }

  #refuseBadParams(error: unknown): void {
    this.#refuse('bad-params', 'bad-data', `the parameters can't be decoded: ${describeFailure(error).text}`);
  }

  #refuse(kind: Refusal['kind'], code: RpcErrorCode, detail: string): void {
    this.#report(kind, `${describeCall(this.entry.names)}: ${detail}`);
    this.abort(code, detail);
  }

  #report(kind: Refusal['kind'], detail: string): void {
    this.#server.refusals.report({ kind, peer: peerOf(this.headers), detail });
  }

  #end(): void {
    if (this.#isOver) return;
    this.#state = { tag: 'over', reason: undefined };
    this.#release();
  }

  /** What an ended call holds no longer. */
  #release(): void {
    this.#server.budget.give(this.#heldBytes);
    this.deadline = Number.POSITIVE_INFINITY;
    if (this.entry.codec.hasDeferredParams) this.#channels?.cancelIncoming();
    this.#channels?.dispose();
    this.#server.calls.remove(this.#slot);
    if (this.#token) this.#server.inbox.remove(this.#token);
    this.#finished?.resolve();
  }
}
