/**
 * Where a guest's `input-stream` takes its bytes from. Pull-based: nothing is read ahead of the guest beyond what
 * the source itself buffers.
 */
export interface ByteSource {
  /**
   * Bytes available now, at most `max`: empty when there are none yet, `undefined` at the end.
   * @throws the cause when the source failed
   */
  read(max: number): Uint8Array | undefined;
  /** Whether `read` would give bytes, the end or a failure without waiting. */
  isReady(): boolean;
  /** Resolves once {@link ByteSource.isReady} holds; never rejects. */
  ready(): Promise<void>;
  /** The guest dropped the stream: nothing more will be read. */
  cancel(): void;
}

/** Where a guest's `output-stream` puts its bytes. */
export interface ByteSink {
  /**
   * How many bytes `write` takes now; 0 when the guest has to wait, `undefined` when the sink is closed.
   * @throws the cause when the sink failed
   */
  capacity(): number | undefined;
  /** Takes at most {@link ByteSink.capacity} bytes. The sink owns the array from here on. */
  write(bytes: Uint8Array): void;
  /** Whether everything written so far was handed on; `ready` waits for it after `flush`. */
  flush(): void;
  isReady(): boolean;
  /** Resolves once {@link ByteSink.isReady} holds; never rejects. */
  ready(): Promise<void>;
  /** The guest dropped the stream. */
  close(): void;
}
