import type { CaptureOrder } from '@wasmlattice/capture/recorder';

/** Control plane → serving thread or isolated process: what it is to know whatever it serves. Nobody waits for an answer. */
export type ThreadNotice =
  /** What was decided about calls before does not hold any more. */
  | { readonly kind: 'forget-decisions' }
  /** A process that served calls for the target is gone without a word to those that it had accepted. */
  | { readonly kind: 'target-ended'; readonly target: string }
  /** Somebody follows what is logged, for so many ms from now on. */
  | { readonly kind: 'follow-logs'; readonly forMs: number }
  /** Somebody captures invocations of a component. */
  | { readonly kind: 'capture'; readonly order: CaptureOrder };
