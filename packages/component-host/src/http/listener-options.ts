/** A certificate and its key, PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
}

/** What a listener takes of a head. */
export interface HeadLimits {
  /** Most bytes of the head of a request. */
  readonly maxHeadBytes?: number | undefined;
  /** How long a client may take to send it, in ms. */
  readonly headTimeoutMs?: number | undefined;
}
