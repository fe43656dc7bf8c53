import type { JSX } from 'preact';
import type { Condition } from '../state/workloads.js';

export const conditionWords: Readonly<Record<Condition, string>> = {
  good: 'works',
  pending: 'not ready',
  failed: 'fails',
  missing: 'missing',
};

/** A condition by colour and word. */
export function ConditionBadge({ condition }: { readonly condition: Condition }): JSX.Element {
  return (
    <span class={`badge ${condition}`}>
      <span class={`dot ${condition}`} aria-hidden="true" />
      {conditionWords[condition]}
    </span>
  );
}
