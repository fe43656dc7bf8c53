import type { CallOutcome, CaseOutcome } from './case.js';

/** What two engines make of one case. */
export type Comparison =
  | { readonly kind: 'same'; readonly returned: number; readonly trapped: number }
  | { readonly kind: 'unsupported'; readonly message: string }
  | { readonly kind: 'differs'; readonly where: string; readonly ours: string; readonly theirs: string };

/** The words of traps and refusals may differ, all else may not. */
export function compareOutcomes(ours: CaseOutcome, theirs: CaseOutcome): Comparison {
  if (ours.kind === 'unsupported') return { kind: 'unsupported', message: ours.message };
  if (ours.kind === 'refused' || theirs.kind !== 'ran') {
    if (ours.kind === theirs.kind) return { kind: 'same', returned: 0, trapped: 0 };
    return { kind: 'differs', where: 'the component', ours: describe(ours), theirs: describe(theirs) };
  }
  for (const [i, call] of ours.calls.entries()) {
    const other = theirs.calls[i];
    if (other !== undefined && essence(call) === essence(other)) continue;
    const where = `call ${i}`;
    return { kind: 'differs', where, ours: JSON.stringify(call), theirs: JSON.stringify(other) };
  }
  const trapped = ours.calls.filter(({ trap }) => trap !== undefined).length;
  return { kind: 'same', returned: ours.calls.length - trapped, trapped };
}

function essence({ seen, value, trap, hangs }: CallOutcome): string {
  return JSON.stringify({ seen, hangs, ...(trap === undefined ? { value } : { trap: true }) });
}

function describe(outcome: CaseOutcome): string {
  return outcome.kind === 'ran' ? 'ran' : `${outcome.kind}: ${outcome.message}`;
}
