import type { Msg } from 'nats';
import { ByteQueue, type ByteSink, type ByteSource } from '../call/byte-channel.js';
import { describeFailure } from '../call/describe-failure.js';
import { isDeferredPath } from '../call/function-codec.js';
import type { ParamsProgress } from '../call/params-progress.js';
import type { DeferredReceiver } from '../call/receive-deferred.js';
import type { IndexPath } from '../codec/deferred.js';
import { detached } from '../codec/incremental.js';
import type { CodecLimits } from '../codec/limits.js';
import { type CallNames, RpcError } from '../rpc-error.js';
import type { WitType } from '../types.js';
import { type BufferBudget, overheadBytes } from './buffer-budget.js';
import { errorFromHeaders } from './call-headers.js';
import { NatsSink } from './nats-sink.js';
import type { NatsTransport } from './nats-transport.js';
import type { RefusalKind } from './refusal-log.js';
import { type CallSubject, type ChannelRoot, channelSubject, controlSubject } from './subjects.js';

/**
 * How often a sender hears that some of a stream was read, at least: its call has more time then, also where what was read is
 * far less than a window.
 */
const acknowledgeMs = 1_000;

/** Bounds on streams; see README, "Flow control". */
export interface StreamOptions {
  /**
   * Bytes of one channel that may be under way unread, for peers with this package's flow control. Default 4 MiB:
   * 80 MB/s at 50 ms.
   */
  readonly windowBytes: number;
  /** Bytes received and unread, all channels of one call together. A peer without flow control can't be slowed down. Default 64 MiB. */
  readonly maxBufferedBytes: number;
  /** Longest silence of a stream in either direction. Default 10 min, upstream's limit between two bytes of a body. */
  readonly idleTimeoutMs: number;
}

export const defaultStreamOptions: StreamOptions = {
  windowBytes: 4 * 1024 * 1024,
  maxBufferedBytes: 64 * 1024 * 1024,
  idleTimeoutMs: 600_000,
};

export interface CallChannelsOptions {
  readonly transport: NatsTransport;
  readonly names: CallNames;
  readonly incoming: ChannelRoot;
  /** Type of what comes in; only its own streams and futures get channels. */
  readonly incomingType: WitType;
  readonly limits: CodecLimits;
  readonly streams: StreamOptions;
  /** What all calls together may hold. */
  readonly budget: BufferBudget;
  /** The peer sent what is refused. */
  readonly onRefused: (kind: RefusalKind, error: RpcError) => void;
  /** No channel is open any more. */
  readonly onIdle: () => void;
}

/** The channels of one call for streams and futures, in both directions. */
export class CallChannels implements DeferredReceiver {
  readonly limits: CodecLimits;
  readonly #options: CallChannelsOptions;
  readonly #outgoing: ChannelRoot;
  readonly #sources = new Map<string, ByteQueue>();
  readonly #sinks = new Map<string, { readonly path: IndexPath; readonly sink: NatsSink }>();
  /** Sources a decoded value refers to and that are not complete, with whether they may refer to others. */
  readonly #opened = new Map<string, boolean>();
  #isOutgoingCanceled = false;
  #peer: { readonly root: string; readonly windowBytes: number | undefined } | undefined;
  #buffered = 0;
  /** Reported once for the call. */
  #overload: RpcError | undefined;
  #failed: unknown;
  #lastActivity = performance.now();
  /** When something of what is sent last left, or was read. */
  #sendingMovedAt = Number.NEGATIVE_INFINITY;
  #idleTimer: NodeJS.Timeout | undefined;
  #isDisposed = false;

  constructor(options: CallChannelsOptions) {
    this.#options = options;
    this.limits = options.limits;
    this.#outgoing = options.incoming === 'params' ? 'results' : 'params';
  }

  /** Whether nothing is being received or sent. */
  get isIdle(): boolean {
    return this.#opened.size === 0 && this.#sinks.size === 0;
  }

  /** @param windowBytes the peer's window; `undefined` when it has no flow control */
  connect(root: string, windowBytes: number | undefined): void {
    this.#peer = { root, windowBytes };
  }

  /** Whether the peer has this package's flow control. */
  get isPaced(): boolean {
    return this.#peer?.windowBytes !== undefined;
  }

  /** Of what this side sends; for who waits for an answer to it. */
  get progress(): ParamsProgress {
    const [first] = this.#sinks.values();
    const stalled = first && {
      path: first.path,
      waitsFor: first.sink.waitsForReader ? ('reader' as const) : ('source' as const),
    };
    return { movedAt: this.#sendingMovedAt, stalled };
  }

  receive(subject: CallSubject, message: Msg): void {
    this.#lastActivity = performance.now();
    if (subject.kind === 'data' && subject.channel === this.#options.incoming) {
      this.#receiveData(subject.path, message);
    } else if (subject.kind === 'control' && subject.channel === this.#outgoing) {
      const sink = this.#sinks.get(subject.path.join('.'))?.sink;
      if (subject.control === 'ack') {
        // Also of a channel whose end was sent: its last bytes may take the peer longest.
        this.#sendingMovedAt = this.#lastActivity;
        sink?.acknowledge(Number(message.string()));
      } else if (subject.path.length > 0) sink?.fail(this.#stoppedReading());
      else this.#cancelOutgoing();
    }
  }

  /** The peer reads none of what is sent, nor of what would be. */
  #cancelOutgoing(): void {
    this.#isOutgoingCanceled = true;
    for (const { sink } of this.#sinks.values()) sink.fail(this.#stoppedReading());
  }

  #stoppedReading(): RpcError {
    return this.#error('canceled', 'the peer stopped reading');
  }

  open(path: IndexPath, isNested: boolean): ByteSource {
    const key = path.join('.');
    const queue = this.#source(key, path);
    // What came whole needs the call no longer, unless its content refers to channels yet to come.
    if (isNested || !queue.isClosed) {
      this.#opened.set(key, isNested);
      this.#watchIdle();
    }
    if (this.#failed !== undefined) queue.fail(this.#failed);
    return queue;
  }

  failure(path: IndexPath, cause: unknown): unknown {
    if (cause instanceof RpcError) return cause;
    const where = `${this.#options.incoming}.${path.join('.')}`;
    const { code, text } = describeFailure(cause);
    return code === 'truncated'
      ? this.#error('peer-failed', `the peer ended ${where} before its value was complete`, cause)
      : this.#refused('bad-stream', this.#error('bad-data', `${where} can't be decoded: ${text}`, cause));
  }

  sink(path: IndexPath): ByteSink {
    const { transport } = this.#options;
    const peer = this.#peer;
    if (!peer) throw new TypeError('channels are opened after the handshake');
    const key = path.join('.');
    const sink = new NatsSink({
      transport,
      subject: channelSubject(peer.root, this.#outgoing, path),
      windowBytes: peer.windowBytes,
      onActivity: () => {
        this.#lastActivity = performance.now();
        this.#sendingMovedAt = this.#lastActivity;
      },
      onClose: () => {
        this.#sinks.delete(key);
        this.#checkIdle();
      },
      lost: (cause) => this.#error('disconnected', 'the NATS connection dropped', cause),
    });
    this.#sinks.set(key, { path, sink });
    this.#watchIdle();
    if (this.#failed !== undefined) sink.fail(this.#failed);
    else if (this.#isOutgoingCanceled) sink.fail(this.#stoppedReading());
    return sink;
  }

  /** Ends everything that is open with this error. */
  fail(error: unknown): void {
    this.#failed ??= error;
    for (const queue of this.#sources.values()) queue.fail(error);
    for (const { sink } of this.#sinks.values()) sink.fail(error);
    this.#opened.clear();
    this.#checkIdle();
  }

  /** Tells the peer that what it still sends, or would, is of no use. */
  cancelIncoming(): void {
    for (const [key, queue] of this.#sources) {
      queue.cancel();
      this.#sources.delete(key);
    }
    this.#control('cancel', []);
  }

  /** The call is over. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#stopWatching();
    this.#options.budget.give(this.#buffered);
    this.#isDisposed = true;
  }

  #stopWatching(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
  }

  /** Counts bytes that are held, or with a negative number no longer; whether there is room for them. */
  #hold(bytes: number): boolean {
    this.#buffered += bytes;
    const { budget, streams } = this.#options;
    if (!this.#isDisposed) budget.hold(bytes);
    return this.#buffered <= streams.maxBufferedBytes && !budget.isExceeded;
  }

  #receiveData(path: IndexPath, message: Msg): void {
    if (this.#failed !== undefined) return;
    const { incoming, incomingType } = this.#options;
    const key = path.join('.');
    // Upstream closes the channels of records in between as well; a peer may send anything.
    if (!this.#sources.has(key) && !isDeferredPath(incomingType, path)) return;
    const { data } = message;
    const queue = this.#source(key, path);
    if (data.length === 0) {
      const reported = errorFromHeaders(message.headers);
      if (reported) {
        const text = reported.text && `: ${reported.text}`;
        queue.fail(this.#error(reported.code, `the peer ended ${incoming}.${key}${text}`));
      } else {
        queue.end();
      }
      if (queue.isReleased) this.#forget(key);
      if (!this.#opened.get(key)) this.#close(key);
      return;
    }
    if (queue.isClosed || queue.isReleased) return;
    const hasRoom = this.#hold(data.length + overheadBytes);
    queue.push(detached(data));
    if (!hasRoom) {
      queue.fail(this.#overloaded());
      this.#control('cancel', path);
      this.#close(key);
    }
  }

  #overloaded(): RpcError {
    const { maxBufferedBytes } = this.#options.streams;
    const detail = `more arrived before it was read than the ${maxBufferedBytes} bytes of a call, or than all calls may hold`;
    this.#overload ??= this.#refused('too-many-bytes', this.#error('overloaded', detail));
    return this.#overload;
  }

  #source(key: string, path: IndexPath): ByteQueue {
    const known = this.#sources.get(key);
    if (known) return known;
    let consumedBytes = 0;
    let acknowledged = 0;
    let acknowledgedAt = this.#lastActivity;
    const hasRoom = this.#hold(overheadBytes);
    const queue: ByteQueue = new ByteQueue({
      consumed: (bytes, parts) => {
        this.#hold(-bytes - parts * overheadBytes);
        this.#lastActivity = performance.now();
        consumedBytes += bytes;
        const isMuch = consumedBytes - acknowledged >= this.#options.streams.windowBytes / 4;
        if (!isMuch && this.#lastActivity - acknowledgedAt < acknowledgeMs) return;
        acknowledged = consumedBytes;
        acknowledgedAt = this.#lastActivity;
        this.#control('ack', path, Buffer.from(String(consumedBytes)));
      },
      released: (reason) => {
        if (queue.isClosed) this.#forget(key);
        else if (reason === 'canceled') this.#control('cancel', path);
        this.#close(key);
      },
    });
    this.#sources.set(key, queue);
    // Channels cost a peer nothing but their subject.
    if (!hasRoom) this.fail(this.#overloaded());
    return queue;
  }

  /** Both the peer and the reader are done with the channel. */
  #forget(key: string): void {
    if (this.#sources.delete(key)) this.#hold(-overheadBytes);
  }

  /** The channel needs the call no longer. */
  #close(key: string): void {
    this.#opened.delete(key);
    this.#checkIdle();
  }

  /** Peers without the extensions would ignore it; they are spared. */
  #control(control: 'ack' | 'cancel', path: IndexPath, payload?: Uint8Array): void {
    const { transport, incoming } = this.#options;
    if (!this.#peer || !this.isPaced) return;
    const subject = controlSubject(this.#peer.root, control, incoming, path);
    if (control === 'cancel') transport.outbox.publishLast(subject);
    else transport.outbox.publish(subject, payload);
  }

  #refused(kind: RefusalKind, error: RpcError): RpcError {
    this.#options.onRefused(kind, error);
    return error;
  }

  #error(code: RpcError['code'], detail: string, cause?: unknown): RpcError {
    return new RpcError(code, this.#options.names, detail, cause === undefined ? undefined : { cause });
  }

  #checkIdle(): void {
    if (!this.isIdle) return;
    this.#stopWatching();
    this.#options.onIdle();
  }

  #watchIdle(): void {
    const { idleTimeoutMs } = this.#options.streams;
    this.#idleTimer ??= setTimeout(() => {
      this.#idleTimer = undefined;
      const silent = performance.now() - this.#lastActivity;
      if (silent >= idleTimeoutMs) {
        this.fail(this.#error('timeout', `no stream made progress for ${idleTimeoutMs} ms`));
      } else if (!this.isIdle) {
        this.#watchIdle();
      }
    }, idleTimeoutMs);
  }
}
