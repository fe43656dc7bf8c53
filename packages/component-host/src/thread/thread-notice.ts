import type { CaptureOrder } from '@wasmlattice/capture/recorder';
import type { WatchedBatch } from './watched-batch.js';

/** Control plane → serving thread or isolated process: what it is to know whatever it serves. Nobody waits for an answer. */
export type ThreadNotice =
  /** What was decided about calls before does not hold any more. */
  | { readonly kind: 'forget-decisions' }
  /** A process that served calls for the target is gone without a word to those that it had accepted. */
  | { readonly kind: 'target-ended'; readonly target: string }
  /**
   * Nobody serves the target any more, as was found out after `since`, in ms of {@link machineTime}: calls sent before may have got to a process that
   * ended, and nobody accepts them.
   */
  | { readonly kind: 'target-gone'; readonly target: string; readonly since: number }
  /** Somebody captures invocations of a component. */
  | { readonly kind: 'capture'; readonly order: CaptureOrder }
  /** Somebody looks at what is logged, or at what is called, for so many ms from now on. */
  | WatchNotice;

export interface WatchNotice {
  readonly kind: 'watch';
  readonly what: Exclude<WatchedBatch['kind'], 'captured'>;
  readonly forMs: number;
}
