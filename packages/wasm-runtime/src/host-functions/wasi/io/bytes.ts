import type { PulledBytes } from '../../../engines/pulled-bytes.js';

/** Something a guest may wait for. */
export interface Readiness {
  /** Whether the wait is over; cheap and free of side effects, a guest may ask in a loop. */
  isReady(): boolean;
  /** Resolves once {@link Readiness.isReady} holds; never rejects. What is waited for may begin to come only with this call. */
  ready(): Promise<void>;
}

/**
 * Where a guest's `input-stream` takes its bytes from. Pull-based: nothing is read ahead of the guest beyond what
 * the source itself buffers. Ready means: `read` would give bytes, the end or a failure without waiting.
 */
export interface ByteSource extends Readiness {
  /**
   * Bytes available now, at most `max`: empty when there are none yet, `undefined` at the end.
   * @throws the cause when the source failed
   */
  read(max: number): Uint8Array | undefined;
  /** The guest dropped the stream: nothing more will be read. */
  cancel(): void;
  /** See `PulledBytes`. */
  pipeTo?: PulledBytes['pipeTo'];
}

/**
 * Where a guest's `output-stream` puts its bytes. Ready means: there is capacity and no flush is under way, or the
 * sink is closed or has failed.
 */
export interface ByteSink extends Readiness {
  /**
   * How many bytes `write` takes now; 0 when the guest has to wait, `undefined` when the sink is closed.
   * @throws the cause when the sink failed
   */
  capacity(): number | undefined;
  /**
   * Takes at most {@link ByteSink.capacity} bytes. The sink owns the array from here on.
   * @throws the cause when the sink fails over these bytes
   */
  write(bytes: Uint8Array): void;
  /** Asks that everything written so far be handed on; {@link Readiness.ready} waits for it. */
  flush(): void;
  /** The guest dropped the stream. */
  close(): void;
}
