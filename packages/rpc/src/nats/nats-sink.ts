import type { ByteSink } from '../call/byte-channel.js';
import { describeFailure } from '../call/describe-failure.js';
import { RpcError, type RpcErrorCode } from '../rpc-error.js';
import { errorToHeaders } from './call-headers.js';
import type { NatsTransport } from './nats-transport.js';

/** Bytes handed to the NATS client before a round trip makes sure the server took them. */
const unflushedBytes = 1024 * 1024;

// The NATS client reads 64 KiB at a time from its socket, and copies a message that goes on in the next read to a buffer that
// it makes larger and larger. A relay of two components got twice as fast with messages of a quarter of a read, and held half
// as much. Where messages end means nothing (docs/spec/wrpc.md#3).
const messageBytes = 16 * 1024;

// A chunk of a multiple of that has its length before it: what is a little longer takes no message of its own for the rest.
const maxMessageBytes = 1.25 * messageBytes;

// What is sent in a row before the event loop gets its turn: a source that never waits would otherwise keep all else from
// running, the message with its first bytes included, until a window is full.
const turnMessages = 32;
const turnBytes = 256 * 1024;

export interface NatsSinkOptions {
  readonly transport: NatsTransport;
  readonly subject: string;
  readonly windowBytes: number | undefined;
  readonly onActivity: () => void;
  readonly onClose: () => void;
  /** The error for a connection that dropped. */
  readonly lost: (cause: unknown) => unknown;
}

/** Publishes one channel, no faster than the peer acknowledges or, without flow control, the NATS server takes it. */
export class NatsSink implements ByteSink {
  readonly #options: NatsSinkOptions;
  #sent = 0;
  #acknowledged = 0;
  #flushed = 0;
  #turn = { messages: 0, sent: 0 };
  #failed: { readonly error: unknown } | undefined;
  #failureCallback: ((error: unknown) => void) | undefined;
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(options: NatsSinkOptions) {
    this.#options = options;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { transport, subject, windowBytes, onActivity, lost } = this.#options;
    const { outbox } = transport;
    const messages = Math.ceil(bytes.length / Math.min(transport.maxPayload, maxMessageBytes));
    const size = Math.ceil(bytes.length / messages);
    for (let start = 0; start < bytes.length; start += size) {
      await this.#ready();
      if (this.#failed) throw this.#failed.error;
      const part = bytes.subarray(start, start + size);
      outbox.publish(subject, part);
      onActivity();
      this.#sent += part.length;
      if (windowBytes === undefined && this.#sent - this.#flushed >= unflushedBytes) {
        this.#flushed = this.#sent;
        await outbox.flush().catch((cause: unknown) => {
          throw lost(cause);
        });
        onActivity();
      }
    }
    await this.#ready();
    this.#turn.messages++;
    if (this.#turn.messages < turnMessages && this.#sent - this.#turn.sent < turnBytes) return;
    await new Promise(setImmediate);
    this.#turn = { messages: 0, sent: this.#sent };
  }

  /** @param total bytes of the channel the peer has read */
  acknowledge(total: number): void {
    if (!(total > this.#acknowledged) || total > this.#sent) return;
    this.#acknowledged = total;
    this.#notify();
  }

  close(error?: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { transport, subject, windowBytes, onClose } = this.#options;
    // Only peers with the extensions get to know why; the others see an early end, as from upstream.
    const headers =
      error === undefined || windowBytes === undefined
        ? undefined
        : errorToHeaders({ code: this.#reasonCode(error), text: describeFailure(error).text });
    transport.outbox.publishLast(subject, headers);
    onClose();
  }

  /** Why this side ended the call, or that the source failed, with whatever it threw. */
  #reasonCode(error: unknown): RpcErrorCode {
    return error === this.#failed?.error && error instanceof RpcError ? error.code : 'peer-failed';
  }

  /** Whether nothing more is sent before the peer has read some of it. */
  get waitsForReader(): boolean {
    const { windowBytes } = this.#options;
    return windowBytes !== undefined && this.#sent - this.#acknowledged >= windowBytes;
  }

  onFailure(callback: (error: unknown) => void): void {
    if (this.#failed) callback(this.#failed.error);
    else this.#failureCallback = callback;
  }

  fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = { error };
    this.#failureCallback?.(error);
    this.#notify();
  }

  async #ready(): Promise<void> {
    while (!this.#failed && this.waitsForReader) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
