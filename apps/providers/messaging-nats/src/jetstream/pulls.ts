import type { Consumer, JsMsg } from 'nats';

/** What a process has of a consumer's messages at a time. */
export interface PullLimits {
  readonly maxMessages: number;
  readonly maxBytes: number | undefined;
}

/** How long a server keeps a request for messages that are not there yet. */
const expiresMs = 30_000;

/**
 * Asks for messages as there is room for them, so that none waits here while another process could handle it.
 *
 * @param handle gets each message as it comes; must not reject
 * @returns when the signal aborts
 * @throws what ended a request: the consumer is gone, say
 */
export async function pullMessages(
  consumer: Consumer,
  limits: PullLimits,
  handle: (message: JsMsg) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const held = new HeldMessages(limits);
  while (!signal.aborted) {
    const room = held.room();
    if (room === 0) {
      await held.released(signal);
      continue;
    }
    const batch = await consumer.fetch({ max_messages: room, expires: expiresMs });
    const close = (): void => void batch.close();
    signal.addEventListener('abort', close, { once: true });
    if (signal.aborted) close();
    try {
      for await (const message of batch) held.add(message.data.length, handle(message));
    } finally {
      signal.removeEventListener('abort', close);
    }
  }
}

class HeldMessages {
  readonly #limits: PullLimits;
  #messages = 0;
  #bytes = 0;
  #largest: number;
  #wake: (() => void) | undefined;

  constructor(limits: PullLimits) {
    this.#limits = limits;
    // Nothing is known of the first message: it is asked for alone.
    this.#largest = limits.maxBytes ?? 0;
  }

  /** How many more may come. Messages as large as the largest so far fit into the bytes; a single one is taken whatever its size. */
  room(): number {
    const { maxBytes, maxMessages } = this.#limits;
    const messages = Math.max(0, maxMessages - this.#messages);
    if (maxBytes === undefined || this.#messages === 0) return maxBytes === undefined ? messages : 1;
    return Math.min(messages, Math.max(0, Math.floor((maxBytes - this.#bytes) / Math.max(1, this.#largest))));
  }

  add(bytes: number, handled: Promise<void>): void {
    this.#largest = this.#messages === 0 ? bytes : Math.max(this.#largest, bytes);
    this.#messages += 1;
    this.#bytes += bytes;
    void handled.then(() => {
      this.#messages -= 1;
      this.#bytes -= bytes;
      this.#wake?.();
    });
  }

  /** Resolves when a message has ended, or at the signal. */
  async released(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    this.#wake = wake;
    signal.addEventListener('abort', wake);
    await promise;
    signal.removeEventListener('abort', wake);
  }
}
