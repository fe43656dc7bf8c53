/** What became of one directive. */
export type Outcome =
  | { readonly verdict: 'passed'; readonly by: PassedBy }
  /** The engine, or the tool that reads the text, says that it does not have what the directive needs. */
  | { readonly verdict: 'unsupported'; readonly feature: string }
  | { readonly verdict: 'failed'; readonly fault: Fault; readonly detail: string };

/** Who was right: the engine, or the parser of the text, which refuses some of what is wrong before any engine sees it. */
export type PassedBy = 'engine' | 'text parser';

export type Fault =
  /** A component that must be refused was not. */
  | 'accepted invalid'
  /** A component that is fine was called invalid. */
  | 'refused valid'
  | 'wrong value'
  /** A call or a start trapped that must not. */
  | 'trapped'
  /** A call or a start did not trap that must. */
  | 'did not trap'
  /** It neither answered nor trapped in time. */
  | 'hang'
  /** It ended the process. */
  | 'crash'
  /** It depends on a component that failed. */
  | 'not reached'
  /** The runner itself could not follow the script. */
  | 'not understood';

export const faults: readonly Fault[] = [
  'accepted invalid',
  'refused valid',
  'wrong value',
  'trapped',
  'did not trap',
  'hang',
  'crash',
  'not reached',
  'not understood',
];

export const passed: Outcome = { verdict: 'passed', by: 'engine' };
export const passedByText: Outcome = { verdict: 'passed', by: 'text parser' };

export function failed(fault: Fault, detail: string): Outcome {
  return { verdict: 'failed', fault, detail };
}

export function unsupported(feature: string): Outcome {
  return { verdict: 'unsupported', feature };
}
