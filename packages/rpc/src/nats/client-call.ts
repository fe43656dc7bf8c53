import type { Msg } from 'nats';
import { describeFailure, peerFailure } from '../call/describe-failure.js';
import type { EncodedValue, FunctionCodec } from '../call/function-codec.js';
import { describeSilence, noProgress, type ParamsProgress } from '../call/params-progress.js';
import type { CodecLimits } from '../codec/limits.js';
import { type Invocation, linkNameOf } from '../invoke.js';
import { type CallNames, RpcError, type RpcErrorCode } from '../rpc-error.js';
import { keepFuture } from '../whole-future.js';
import type { BufferBudget } from './buffer-budget.js';
import { CallChannels, type StreamOptions } from './call-channels.js';
import { errorFromHeaders, type ReportedError, statusOf, windowOf } from './call-headers.js';
import type { DeadlineTimer } from './deadline-timer.js';
import type { Inbox, InboxEntry } from './inbox.js';
import type { NatsTransport } from './nats-transport.js';
import { type ParamsOwner, ParamsSender } from './params-sender.js';
import { PeerWatch } from './peer-watch.js';
import type { RefusalKind, RefusalLog } from './refusal-log.js';
import { ResultReader } from './result-reader.js';
import { aliveSubject, cancelSubject, channelSubject, isPeerRoot, parseCallSubject } from './subjects.js';

/** Wait before such a call is sent again, plus up to as much at random, so that callers don't come back as one. */
const repeatDelayMs = 250;

/** Below the subject of a call: where NATS says that nobody has the peer's inbox. */
const nobodyHasIt = '.nobody';
/** As {@link nobodyHasIt}, for a question that was asked since a process of the target has ended. */
const nobodyHasItNow = '.ended';

/** What a call needs of its invoker. */
export interface ClientCallHost {
  readonly transport: NatsTransport;
  readonly inbox: Inbox<ClientCall>;
  readonly limits: CodecLimits;
  readonly streams: StreamOptions;
  readonly budget: BufferBudget;
  readonly refusals: RefusalLog;
  readonly deadlines: DeadlineTimer;
  /** How often a call asks whether its peer is there, in ms. */
  readonly peerCheckMs: number;
  /** Whether a call that found nobody is worth one more try: peers resubscribe after an interruption. */
  readonly isSettling: boolean;
  /** Whether a deadline passed for want of a connection. */
  readonly isDisconnected: boolean;
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

/** What a call is at. How far its parameters are is told by its {@link ParamsSender}. */
type ClientCallState =
  /** It waits for a connection; nobody has heard of it. */
  | { readonly tag: 'unsent' }
  /** It was sent, and its result is not whole yet. */
  | { readonly tag: 'waiting'; readonly tries: number; readonly result: ResultReader }
  /** Its caller has the result; streams and futures go on. */
  | { readonly tag: 'streaming' }
  /**
   * It was given up. Who accepts it is told so, if nobody had; and what its `result` hands over is given back, if the caller wants
   * that.
   */
  | { readonly tag: 'abandoned'; readonly result: ResultReader | undefined }
  | { readonly tag: 'over' };

/** One call, from when it is asked for until nothing of it is left to send or to receive. */
export class ClientCall implements InboxEntry, ParamsOwner {
  /** When {@link ClientCall.expire} is due, in the time of `performance.now()`. */
  deadline: number;
  #state: ClientCallState = { tag: 'unsent' };
  readonly #startedAt = performance.now();
  #sentAt = Number.POSITIVE_INFINITY;
  readonly #client: ClientCallHost;
  readonly #options: ClientCallOptions;
  readonly #channels: CallChannels | undefined;
  readonly #params: ParamsSender;
  readonly #token: string;
  /** Of a call that may take long: one with streams or futures. */
  readonly #peer: PeerWatch | undefined;
  /** Made for who waits to send the call. */
  #settled: AbortController | undefined;

  constructor(client: ClientCallHost, options: ClientCallOptions) {
    this.#client = client;
    this.#options = options;
    const { route, params, timeoutMs, invocation } = options;
    const { codec } = route;
    if (codec.hasDeferredParams || codec.hasDeferredResults) {
      this.#channels = new CallChannels({
        transport: client.transport,
        names: this.#names,
        incoming: 'results',
        incomingType: codec.results,
        limits: client.limits,
        streams: client.streams,
        budget: client.budget,
        onRefused: (kind, { message }) => this.#report(kind, message),
        onIdle: () => this.#finishIfIdle(),
      });
    }
    this.#params = new ParamsSender({
      transport: client.transport,
      call: this,
      subject: route.subject,
      params,
      headers: invocation.headers,
      windowBytes: this.#channels && client.streams.windowBytes,
    });
    this.#peer = this.#channels && new PeerWatch(client.peerCheckMs);
    this.#token = client.inbox.add(this);
    this.deadline = this.#startedAt + Math.min(timeoutMs, invocation.acceptTimeoutMs ?? timeoutMs);
    client.deadlines.include(this.deadline);
    invocation.signal?.addEventListener('abort', this);
  }

  /** Aborted once the call is settled. */
  get settled(): AbortSignal {
    this.#settled ??= new AbortController();
    if (!this.#isPending) this.#settled.abort();
    return this.#settled.signal;
  }

  send(): void {
    const { limits, budget, inbox } = this.#client;
    const { codec } = this.#options.route;
    const tries = this.#state.tag === 'waiting' ? this.#state.tries + 1 : 1;
    this.#releaseResult();
    const result = new ResultReader({ codec, limits, budget, channels: this.#channels });
    this.#state = { tag: 'waiting', tries, result };
    this.#sentAt = performance.now();
    try {
      this.#params.offer(inbox.subject(this.#token));
    } catch (error) {
      this.fail('invalid-params', describeFailure(error).text, error);
    }
  }

  receive(rest: string, message: Msg): void {
    try {
      if (rest === '.results') this.#receiveResults(message);
      else if (rest === '') this.#receiveHandshake(message);
      else if (rest === nobodyHasIt) this.#receiveNobody(message);
      else if (rest === nobodyHasItNow) this.#receiveEnded(message);
      else {
        const subject = parseCallSubject(rest);
        if (subject) this.#channels?.receive(subject, message);
      }
    } catch (error) {
      this.#refuse(
        'bad-result',
        'bad-data',
        `the result can't be decoded: ${describeFailure(error).text}`,
        error,
      );
    }
  }

  fail(code: RpcErrorCode, detail: string, cause?: unknown): void {
    this.#settle(this.#error(code, detail, cause), 'caller');
  }

  /** Fails, and tells the peer that nobody waits any more. */
  giveUp(code: RpcErrorCode, detail: string, cause?: unknown): void {
    this.#settle(this.#error(code, detail, cause), 'both');
  }

  unsent(error: unknown): void {
    const code = this.#client.transport.connection.isClosed() ? 'disconnected' : 'invalid-params';
    this.fail(code, `the call could not be sent: ${describeFailure(error).text}`, error);
  }

  /** The listener of the caller's signal. */
  handleEvent(): void {
    const reason: unknown = this.#options.invocation.signal?.reason;
    this.#settle(reason, 'both');
  }

  /**
   * The deadline passed, or would have if nothing had moved: each time that something of a stream among the parameters does, the
   * call has all of its time again.
   *
   * @param now the time of `performance.now()`
   */
  expire(now: number): void {
    const { timeoutMs, invocation } = this.#options;
    const isAccepted = this.#params.peerRoot !== undefined;
    const waitMs = isAccepted ? timeoutMs : Math.min(timeoutMs, invocation.acceptTimeoutMs ?? timeoutMs);
    const progress: ParamsProgress = this.#channels?.progress ?? noProgress;
    if (this.#state.tag === 'abandoned') this.#end();
    else if (progress.movedAt + timeoutMs > now) this.deadline = progress.movedAt + timeoutMs;
    else if (this.#client.isDisconnected) {
      this.fail('disconnected', `not connected to NATS for ${waitMs} ms; check the server and its address`);
    } else {
      const detail = isAccepted
        ? describeSilence(progress, invocation.func, waitMs)
        : `was not accepted within ${waitMs} ms; check whether the peer is overloaded`;
      this.giveUp('timeout', detail);
    }
  }

  /** When {@link ClientCall.askPeer} is due, in the time of `performance.now()`. */
  get peerCheckAt(): number {
    return this.#peer?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  /** Nothing else tells of a peer that ended without a word until the call's own time is over. */
  askPeer(): void {
    this.#peer?.wait();
    this.#askPeer(nobodyHasIt);
  }

  get target(): string {
    return this.#options.route.names.target;
  }

  /** A process of the target has ended; the peer is gone if nobody has its inbox any more, and is not reconnecting then. */
  doubtPeer(): void {
    this.#askPeer(nobodyHasItNow);
  }

  /** Nobody serves the target, as was found out after `sentBefore`. */
  loseUnaccepted(sentBefore: number): void {
    if (this.#state.tag !== 'waiting' || this.#params.peerRoot !== undefined) return;
    if (this.#sentAt >= sentBefore) return;
    this.giveUp('terminated', 'the process of the peer ended before it accepted the call');
  }

  #askPeer(question: string): void {
    const { transport, inbox, isDisconnected } = this.#client;
    const { peerRoot } = this.#params;
    if (isDisconnected || peerRoot === undefined) return;
    const reply = inbox.subject(this.#token) + question;
    transport.outbox.publish(aliveSubject(peerRoot), undefined, { reply });
  }

  #receiveNobody(message: Msg): void {
    if (statusOf(message) !== 503 || !this.#peer?.missed()) return;
    this.fail('terminated', 'the peer is gone: it lost its connection to NATS, or ended, amid the call');
  }

  #receiveEnded(message: Msg): void {
    if (statusOf(message) === 503) this.fail('terminated', 'the process of the peer ended amid the call');
  }

  get #names(): CallNames {
    const { route, invocation } = this.#options;
    const linkName = linkNameOf(invocation);
    return linkName === undefined ? route.names : { ...route.names, linkName };
  }

  /** Whether the caller waits for its result. */
  get #isPending(): boolean {
    return this.#state.tag === 'unsent' || this.#state.tag === 'waiting';
  }

  #error(code: RpcErrorCode, detail: string, cause?: unknown): RpcError {
    return new RpcError(code, this.#names, detail, cause === undefined ? undefined : { cause });
  }

  /** Fails for what the peer sent. */
  #refuse(kind: RefusalKind, code: RpcErrorCode, detail: string, cause?: unknown): void {
    const error = this.#error(code, detail, cause);
    this.#report(kind, error.message);
    this.#settle(error, 'both');
  }

  #report(kind: RefusalKind, detail: string): void {
    this.#client.refusals.report({ kind, peer: this.#names.target, detail });
  }

  #receiveHandshake(message: Msg): void {
    const { headers } = message;
    // A status comes without a reply subject, and also where 1xx would not be an error
    // (docs/spec/wrpc.md#2.3).
    if (headers && headers.code !== 0 && (headers.code < 200 || headers.code > 299)) {
      this.#receiveStatus(headers.code, headers.description);
      return;
    }
    if (this.#params.peerRoot !== undefined) return;
    const { reply } = message;
    if (!isPeerRoot(reply)) {
      this.#refuse(
        'no-reply-subject',
        'bad-data',
        'the peer accepted the call without a usable reply subject',
      );
      return;
    }
    if (this.#state.tag === 'abandoned') {
      this.#params.decline(reply);
      // Until the peer is done with the call, or the deadline of its acceptance has passed.
      if (!this.#params.isRepeatingEnd && this.#state.result === undefined) this.#end();
      return;
    }
    this.#awaitResult();
    this.#params.sendRest(reply);
    this.#channels?.connect(reply, windowOf(headers));
    if (this.#peer && this.#channels?.isPaced) {
      this.#peer.wait();
      this.#client.deadlines.include(this.#peer.dueAt);
    }
    const hasStreams = this.#options.params.deferred.length > 0;
    if (this.#channels && hasStreams) void this.#sendStreams(this.#channels);
  }

  /** From now on the time until the result counts. */
  #awaitResult(): void {
    const { timeoutMs, invocation } = this.#options;
    if (!this.#isPending || invocation.acceptTimeoutMs === undefined) return;
    this.deadline = this.#startedAt + timeoutMs;
    this.#client.deadlines.include(this.deadline);
  }

  async #sendStreams(channels: CallChannels): Promise<void> {
    try {
      await this.#params.sendStreams(channels);
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
    this.#finishIfIdle();
  }

  #receiveStatus(status: number, description: string): void {
    if (
      status === 503 &&
      this.#state.tag === 'waiting' &&
      this.#state.tries === 1 &&
      this.#client.isSettling
    ) {
      this.#repeat();
      return;
    }
    const { code, text } = failureOfStatus(status, description);
    this.fail(code, text);
  }

  /** Nothing was handed to a handler, so sending it again is safe. */
  #repeat(): void {
    const delay = repeatDelayMs * (1 + Math.random());
    const timer = setTimeout(() => void this.#client.sendOnceConnected(this), delay);
    this.settled.addEventListener('abort', () => clearTimeout(timer));
  }

  #receiveResults(message: Msg): void {
    const { data } = message;
    if (this.#state.tag === 'abandoned') this.#receiveUnclaimed(this.#state.result, data);
    if (this.#state.tag !== 'waiting') return;
    const { result } = this.#state;
    if (data.length > 0) {
      if (result.push(data)) {
        // Without a result, the end marker says that the function returned.
        if (this.#options.invocation.func.result) this.#succeed(result);
      } else if (this.#client.budget.isExceeded) {
        this.#refuse(
          'too-many-bytes',
          'overloaded',
          'the calls of this program hold too many bytes of results',
        );
      }
      return;
    }
    const reported = errorFromHeaders(message.headers);
    if (reported) this.#settle(peerFailure(reported, this.#names), 'caller');
    else if (result.isWhole) this.#succeed(result);
    else this.fail('peer-failed', 'the peer ended the call without a result; its own log tells why');
  }

  #receiveUnclaimed(result: ResultReader | undefined, data: Uint8Array): void {
    if (data.length === 0) {
      this.#end();
    } else if (result?.push(data)) {
      const value = result.take();
      this.#end();
      this.#options.invocation.onUnclaimed?.(value);
    }
  }

  #succeed(reader: ResultReader): void {
    this.#releaseResult();
    this.#state = { tag: 'streaming' };
    this.#stopWaiting();
    const result = reader.take();
    const { func, wholeFuture } = this.#options.invocation;
    this.#options.resolve(keepFuture(func.result, result, wholeFuture));
    this.#finishIfIdle();
  }

  /** @param told `both`: the peer learns, too, that nobody waits any more */
  #settle(error: unknown, told: 'caller' | 'both'): void {
    const { tag } = this.#state;
    if (tag === 'over' || tag === 'abandoned') return;
    const { peerRoot } = this.#params;
    const { onUnclaimed } = this.#options.invocation;
    const unclaimed =
      this.#state.tag === 'waiting' && onUnclaimed !== undefined ? this.#state.result : undefined;
    const isAbandoned =
      told === 'both' && tag === 'waiting' && (peerRoot === undefined || unclaimed !== undefined);
    if (!isAbandoned) this.#releaseResult();
    this.#state = isAbandoned ? { tag: 'abandoned', result: unclaimed } : { tag: 'over' };
    this.#stopWaiting();
    this.#channels?.fail(error);
    this.#params.leave();
    if (tag !== 'streaming') this.#options.reject(error);
    if (told === 'both' && peerRoot !== undefined) {
      const { transport, isDisconnected } = this.#client;
      transport.outbox.publishLast(cancelSubject(peerRoot));
      // It may have been lost, and upstream's servers accept no other call of the function before they have it.
      if (isDisconnected) transport.outbox.publishLast(channelSubject(peerRoot, 'params'));
    }
    if (!isAbandoned) {
      this.#end();
      return;
    }
    this.deadline = performance.now() + this.#options.timeoutMs;
    this.#client.deadlines.include(this.deadline);
  }

  #releaseResult(): void {
    if (this.#state.tag === 'waiting' || this.#state.tag === 'abandoned') this.#state.result?.release();
  }

  /** The caller has its result, or knows why there is none. */
  #stopWaiting(): void {
    this.#params.stopRepeating();
    this.deadline = Number.POSITIVE_INFINITY;
    this.#settled?.abort();
    this.#options.invocation.signal?.removeEventListener('abort', this);
  }

  #finishIfIdle(): void {
    if (this.#state.tag !== 'streaming' || this.#params.isStreaming) return;
    if (this.#channels?.isIdle ?? true) this.#end();
  }

  #end(): void {
    this.#params.stopRepeating();
    if (this.#state.tag === 'abandoned') this.#releaseResult();
    this.#state = { tag: 'over' };
    this.#channels?.dispose();
    this.#client.inbox.remove(this.#token);
  }
}

/** What NATS itself says of a call. */
function failureOfStatus(status: number, description: string): ReportedError {
  switch (status) {
    case 503:
      return {
        code: 'not-found',
        text: 'nobody is listening; check that the target is running and serves this interface',
      };
    case 408:
      return { code: 'timeout', text: 'NATS reports a timeout (408)' };
    case 409:
      return { code: 'terminated', text: 'NATS reports that the request was terminated (409)' };
    default:
      return { code: 'peer-failed', text: `NATS reports status ${status} ${description}`.trim() };
  }
}
