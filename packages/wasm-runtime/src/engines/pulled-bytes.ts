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
}

export function isPulledBytes(value: unknown): value is PulledBytes {
  if (typeof value !== 'object' || value === null) return false;
  const { read, isReady, ready, cancel } = value as Partial<Record<keyof PulledBytes, unknown>>;
  return [read, isReady, ready, cancel].every((member) => typeof member === 'function');
}
