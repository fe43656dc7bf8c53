/**
 * What a `stream<u8>` may be besides an AsyncIterable of chunks: something that gives the bytes it has without a promise. Both engines and host
 * functions look for that first.
 */
export interface PulledBytes {
  /**
   * Bytes available now, at most `max`: empty when there are none yet, `undefined` at the end.
   * @throws what its writer ended with
   */
  read(max: number): Uint8Array | undefined;
  /** Whether `read` would give bytes or the end. */
  isReady(): boolean;
  /** Resolves when it is ready; never rejects. */
  ready(): Promise<void>;
  /** Nothing more will be read. */
  cancel(): void;
  /**
   * Gives all bytes to a sink as they are written, within the call that writes them, where that can be done. Rejects with what the sink fails
   * with.
   */
  pipeTo?(sink: BytesTaker): Promise<PipeEnd>;
}

/** What takes bytes, at most `capacity()` at once; that is `undefined` once it takes no more. */
export interface BytesTaker {
  capacity(): number | undefined;
  write(bytes: Uint8Array): void;
  ready(): Promise<void>;
}

export type PipeEnd =
  | { readonly kind: 'complete' | 'refused' }
  | { readonly kind: 'failed'; readonly cause: unknown };

export function isPulledBytes(value: unknown): value is PulledBytes {
  if (typeof value !== 'object' || value === null) return false;
  const { read, isReady, ready, cancel } = value as Partial<Record<keyof PulledBytes, unknown>>;
  return [read, isReady, ready, cancel].every((member) => typeof member === 'function');
}
