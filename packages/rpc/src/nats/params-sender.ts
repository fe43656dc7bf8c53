import type { EncodedValue } from '../call/function-codec.js';
import { leaveDeferred, sendDeferred } from '../call/send-deferred.js';
import type { CallHeaders } from '../invoke.js';
import type { CallChannels } from './call-channels.js';
import { headerBytes, toHeaders } from './call-headers.js';
import type { NatsTransport } from './nats-transport.js';
import type { OutgoingSender } from './outbox.js';
import { cancelSubject, channelSubject } from './subjects.js';

/** First wait before the end of no parameters is told again; each later one is twice as long. */
const repeatEndMs = 250;

/** The call that the parameters belong to. */
export interface ParamsOwner extends OutgoingSender {
  /** Until when it is of interest to its peer, in the time of `performance.now()`. */
  readonly deadline: number;
}

export interface ParamsSenderOptions {
  readonly transport: NatsTransport;
  readonly call: ParamsOwner;
  /** Where the function is served. */
  readonly subject: string;
  readonly params: EncodedValue;
  readonly headers: CallHeaders | undefined;
  /** Announced to the peer; `undefined` for calls without streams and futures. */
  readonly windowBytes: number | undefined;
}

/** How far the parameters of a call are. */
type ParamsState =
  /** As much as fits leaves with the first message; nobody has accepted the call yet. */
  | { readonly tag: 'offered'; readonly sentBytes: number }
  /** There are none, which the peer that accepted the call may not have heard: it is told again. */
  | { readonly tag: 'repeating-end'; readonly peerRoot: string; readonly timer: NodeJS.Timeout }
  /** The peer has the bytes; streams and futures are on their way. */
  | { readonly tag: 'streaming'; readonly peerRoot: string }
  | { readonly tag: 'sent'; readonly peerRoot: string };

/** Sends the parameters of one call: some with the first message, the rest to who accepted it. */
export class ParamsSender {
  readonly #options: ParamsSenderOptions;
  #state: ParamsState = { tag: 'offered', sentBytes: 0 };

  constructor(options: ParamsSenderOptions) {
    this.#options = options;
  }

  /** Below it are the subjects of who accepted the call. */
  get peerRoot(): string | undefined {
    return this.#state.tag === 'offered' ? undefined : this.#state.peerRoot;
  }

  get isStreaming(): boolean {
    return this.#state.tag === 'streaming';
  }

  get isRepeatingEnd(): boolean {
    return this.#state.tag === 'repeating-end';
  }

  /**
   * The first message, which may have to be sent again.
   *
   * @param reply below it the call is answered
   */
  offer(reply: string): void {
    const { transport, call, subject, params, headers: values, windowBytes } = this.#options;
    const { bytes } = params;
    const headers = toHeaders(values, windowBytes);
    // What the reply subject and the headers take is left out of the first message (docs/spec/wrpc.md#2.1).
    const max = Math.max(0, transport.maxPayload - reply.length - headerBytes(headers));
    const sentBytes = Math.min(bytes.length, max);
    if (this.#state.tag === 'offered') this.#state = { tag: 'offered', sentBytes };
    const first = sentBytes === bytes.length ? bytes : bytes.subarray(0, sentBytes);
    transport.outbox.publish(subject, first, { reply, headers, sender: call });
  }

  /** The rest of the bytes, to who accepted the call. */
  sendRest(peerRoot: string): void {
    const { outbox, maxPayload } = this.#options.transport;
    const { bytes } = this.#options.params;
    const subject = channelSubject(peerRoot, 'params');
    if (this.#state.tag !== 'offered') return;
    for (let start = this.#state.sentBytes; start < bytes.length; start += maxPayload) {
      outbox.publish(subject, bytes.subarray(start, start + maxPayload));
    }
    this.#sendEnd(peerRoot);
  }

  /** Tells who accepted the call that nobody waits any more. */
  decline(peerRoot: string): void {
    this.#options.transport.outbox.publish(cancelSubject(peerRoot));
    this.#sendEnd(peerRoot);
  }

  /**
   * The streams and futures, once the channels know the peer.
   *
   * @throws what a source threw, or an `RpcError` when the peer stopped reading
   */
  async sendStreams(channels: CallChannels): Promise<void> {
    const { deferred } = this.#options.params;
    const { peerRoot } = this;
    if (peerRoot === undefined) return;
    this.#state = { tag: 'streaming', peerRoot };
    try {
      await sendDeferred(deferred, (path) => channels.sink(path));
    } finally {
      this.#state = { tag: 'sent', peerRoot };
    }
  }

  /** Tells the sources of what nobody has accepted that they will not be read. */
  leave(): void {
    if (this.#state.tag === 'offered') leaveDeferred(this.#options.params.deferred);
  }

  stopRepeating(): void {
    if (this.#state.tag !== 'repeating-end') return;
    clearTimeout(this.#state.timer);
    this.#state = { tag: 'sent', peerRoot: this.#state.peerRoot };
  }

  #sendEnd(peerRoot: string): void {
    this.#options.transport.outbox.publish(channelSubject(peerRoot, 'params'));
    if (this.#options.params.bytes.length === 0) this.#repeatEnd(peerRoot, repeatEndMs);
    else this.#state = { tag: 'sent', peerRoot };
  }

  /**
   * Servers of wrpc-transport-nats 0.29, which wasmCloud 1.9 uses, may lose under load what comes right after they
   * accepted a call. Where that is the end of no parameters, they wait for it for ever and accept no other call of the
   * function. To a server that has it, it means nothing.
   */
  #repeatEnd(peerRoot: string, waitMs: number): void {
    const { transport, call } = this.#options;
    const timer = setTimeout(() => {
      // Nothing else ends a call that was given up when its invoker is closed.
      if (performance.now() >= call.deadline) return;
      transport.outbox.publish(channelSubject(peerRoot, 'params'));
      this.#repeatEnd(peerRoot, waitMs * 2);
    }, waitMs).unref();
    this.#state = { tag: 'repeating-end', peerRoot, timer };
  }
}
