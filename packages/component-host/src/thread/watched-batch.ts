import type { CapturedLine } from '@wasmlattice/capture/recorder';
import type { LogBatch, TraceBatch } from '@wasmlattice/telemetry';

/** Serving thread or isolated process → control plane: what there was since the last one, while somebody wants it. */
export type WatchedBatch =
  | { readonly kind: 'logs'; readonly batch: LogBatch }
  | { readonly kind: 'traces'; readonly batch: TraceBatch }
  /** An invocation that was recorded. */
  | { readonly kind: 'captured'; readonly captured: CapturedLine };
