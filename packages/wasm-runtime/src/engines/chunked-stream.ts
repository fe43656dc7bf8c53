/**
 * A stream of the host for engines with different conventions: iterating it gives elements one by one, as jco wants them, while engine `direct` asks
 * for its chunks.
 */
export abstract class ChunkedStream {
  /** Chunks are lists. To be asked for once. */
  abstract chunks(): AsyncIterable<unknown>;
}
