import type { CaptureOrder } from '@wasmlattice/capture/recorder';
import type { WatchedBatch } from './watched-batch.js';

/** Control plane → serving thread or isolated process: what it is to know whatever it serves. Nobody waits for an answer. */
export type ThreadNotice =
  /** What was decided about calls before does not hold any more. */
  | { readonly kind: 'forget-decisions' }
  /** A process that served calls for the target is gone without a word to those that it had accepted. */
  | { readonly kind: 'target-ended'; readonly target: string }
  /** Somebody captures invocations of a component. */
  | { readonly kind: 'capture'; readonly order: CaptureOrder }
  /** Somebody looks at what is logged, or at what is called, for so many ms from now on. */
  | WatchNotice;

export interface WatchNotice {
  readonly kind: 'watch';
  readonly what: Exclude<WatchedBatch['kind'], 'captured'>;
  readonly forMs: number;
}
