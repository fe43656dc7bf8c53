import type { JSX } from 'preact';
import { KindMark } from '../parts/kind-mark.js';
import { addressOf } from '../route.js';
import { useView } from '../state/store.js';

/** A component or provider by its id. */
export function WorkloadLink({ id }: { readonly id: string }): JSX.Element {
  const kind = useView().graph.workloads.get(id)?.kind ?? 'unknown';
  return (
    <a class="workload" href={addressOf(kind === 'provider' ? 'providers' : 'components', id)}>
      <KindMark kind={kind} />
      {id}
    </a>
  );
}
