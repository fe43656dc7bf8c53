/** An artifact that is in the cache. */
export interface PulledArtifact {
  /** The reference in full, in lower case. */
  readonly reference: string;
  /** Of the manifest: what a reference can be pinned to. */
  readonly digest: string;
  /** The reference with that digest: it stands for the same for ever. */
  readonly pinned: string;
  /** The content as one file of the cache. It may be removed when it was not used for long: open it soon. */
  readonly path: string;
  /** Of the content, in bytes. */
  readonly size: number;
  readonly mediaType: string;
  /** Whether any of it was fetched now. */
  readonly fetched: boolean;
  /** Why the cache answered instead of a registry; `undefined` when a registry did, or a digest made it needless. */
  readonly offline?: Error | undefined;
}

/** How far a pull is. */
export interface PullProgress {
  readonly reference: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
}
