/** Bounds on what a decoder accepts, so that a peer can't make it grow without measure. */
export interface CodecLimits {
  /** Bytes of one synchronous value (all params of a call, or its result). Default 64 MiB. */
  readonly maxBytes: number;
  /**
   * List elements in one value, all lists together; bytes of a `list<u8>` don't count. An element counts once for every
   * 64 bytes that it takes in memory besides texts and bytes, and 64 times as much if it takes none in the message; a
   * stream or future that is yet to come counts for 64. Bounds what a small message can expand to. Default 4,194,304,
   * which is 256 MiB.
   */
  readonly maxElements: number;
}

export const defaultCodecLimits: CodecLimits = { maxBytes: 64 * 1024 * 1024, maxElements: 4 * 1024 * 1024 };

/**
 * How deep types may be nested. WIT types are finite, so this bounds types that come from a component, not
 * values: hand-written interfaces stay below ten.
 */
export const maxTypeDepth = 100;

/** What a stream or future that is yet to come counts for among the elements: it is one byte, and a channel in memory. */
export const elementsOfPending = 64;

/** What an element without any encoding (`list<tuple<>>`) counts for: it costs its sender nothing. */
export const elementsOfEmpty = 64;

/** Memory that one element stands for; larger ones count for several. */
export const bytesOfElement = 64;
