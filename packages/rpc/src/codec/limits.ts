/** Bounds on what a decoder accepts, so that a peer can't make it grow without measure. */
export interface CodecLimits {
  /** Bytes of one synchronous value (all params of a call, or its result). Default 64 MiB. */
  readonly maxBytes: number;
  /**
   * List elements in one value, all lists together; bytes of a `list<u8>` don't count, and a stream or
   * future that is yet to come counts for 64. Bounds what a small message
   * can expand to. Default 4,194,304.
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

/** Elements without any encoding (`list<tuple<>>`) cost the sender nothing; no list may have more of them. */
export const maxEmptyElements = 65_536;
