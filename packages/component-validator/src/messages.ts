import type { ValidationLimits } from './limits.js';
import type { Verdict } from './verdict.js';

/** Validator → thread. The next one follows when the one before is answered. */
export interface ToValidatorThread {
  readonly bytes: Uint8Array;
  readonly limits: ValidationLimits;
  /** Whether the verdict on a component that is valid, with features that are off or without, has a report. */
  readonly report: boolean;
}

/** Thread → validator. After `failed` the thread is of no more use. */
export type FromValidatorThread =
  /** It has loaded what it needs and begins with what it is given. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  /** The validator itself broke. */
  | { readonly kind: 'failed'; readonly message: string };
