import type { WitType } from '@wasmlattice/rpc';
import type { Plain } from './plain.js';
import type { Func } from './type-text.js';

/** A component, what its host answers, and what is called. */
export interface Case {
  /** What kind of component it is: the name of the generator. */
  readonly shape: string;
  readonly text: string;
  /** Functions of the import `host`, each with the one answer that it gives. */
  readonly host: readonly (Func & { readonly answer?: Plain | undefined })[];
  readonly calls: readonly Call[];
  /** Whether its functions may wait. */
  readonly isAsync?: boolean;
  /** What an engine runs instead that lacks a feature of it, and has to answer the same to. */
  readonly equivalent?: Case;
}

export interface Call {
  readonly func: string;
  readonly types: readonly WitType[];
  readonly params: readonly Plain[];
  readonly result?: WitType | undefined;
  /** Whether it takes a new instance; else that of the call before. */
  readonly isFresh: boolean;
}

/** What became of a case in an engine. */
export type CaseOutcome =
  | { readonly kind: 'ran'; readonly calls: readonly CallOutcome[] }
  /** It was not compiled. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The engine does not have what it needs. */
  | { readonly kind: 'unsupported'; readonly message: string };

export interface CallOutcome {
  /** What the host functions were called with, in order. */
  readonly seen: readonly (readonly [func: string, ...params: Plain[]])[];
  /** Absent where the function has no result, or has trapped. */
  readonly value?: Plain;
  /** Whether it neither returned nor trapped, and nothing could make it. */
  readonly hangs?: true;
  /** Why it ended; the words are the engine's own. */
  readonly trap?: string;
}
