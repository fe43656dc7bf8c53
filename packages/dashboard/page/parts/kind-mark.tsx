import type { JSX } from 'preact';
import type { Workload } from '../state/workloads.js';

const words: Readonly<Record<Workload['kind'], string>> = {
  component: 'component',
  provider: 'provider',
  unknown: 'unknown',
};

/** What kind a workload is: components are squares, providers are circles, what runs nowhere is hollow. */
export function KindMark({ kind }: { readonly kind: Workload['kind'] }): JSX.Element {
  return (
    <>
      <svg class={`kind ${kind}`} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        {kind === 'provider' ? (
          <circle cx="6" cy="6" r="5" />
        ) : (
          <rect x="1" y="1" width="10" height="10" rx="2.5" />
        )}
      </svg>
      <span class="sr">{words[kind]} </span>
    </>
  );
}
