import type { ApplicationMemory } from './application-memory.js';
import { applicationsWith } from './application-memory.js';
import type { LatticeView } from './lattice-view.js';

/**
 * Why something that goes with its application stays nevertheless, as a sentence: another application has it too, or something that is not
 * `own` runs and is linked with it. `undefined` when nobody else uses it.
 */
export function whyStays(
  kind: 'component' | 'provider',
  id: string,
  own: ReadonlySet<string>,
  lattice: LatticeView,
  memory: ApplicationMemory | undefined,
): string | undefined {
  const applications = memory === undefined ? [] : applicationsWith(id, memory);
  if (applications.length > 0) {
    const [use, noun] = applications.length === 1 ? ['uses', 'application'] : ['use', 'applications'];
    return `${kind} ${id} stays: ${noun} ${applications.join(', ')} ${use} it`;
  }
  const users = kind === 'provider' ? otherUsers(id, own, lattice) : [];
  if (users.length === 0) return undefined;
  return `provider ${id} stays: ${users.join(', ')} of another application ${users.length === 1 ? 'is' : 'are'} linked with it`;
}

/** What runs and is linked with a provider, `own` aside, each once. */
export function otherUsers(
  providerId: string,
  own: ReadonlySet<string>,
  { hosts, links }: LatticeView,
): string[] {
  const running = new Set(
    hosts.flatMap(({ components, providers }) => [...components, ...providers].map(({ id }) => id)),
  );
  const others = links.flatMap(({ sourceId, target }) => {
    if (target === providerId) return [sourceId];
    return sourceId === providerId ? [target] : [];
  });
  return [...new Set(others)].filter((id) => running.has(id) && !own.has(id));
}
