/** Control plane → serving thread or isolated process: what it is to know whatever it serves. Nobody waits for an answer. */
export type ThreadNotice =
  /** What was decided about calls before does not hold any more. */
  { readonly kind: 'forget-decisions' };
