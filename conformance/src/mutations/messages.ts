import type { MutantResult } from './try-mutant.js';

/** Process that tries mutants → parent. */
export type FromMutantProcess =
  | { readonly kind: 'begins'; readonly number: number }
  | { readonly kind: 'ended'; readonly number: number; readonly result: MutantResult };
