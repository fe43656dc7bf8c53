import type { LatticeView } from './lattice-view.js';

/** What runs and is linked with a provider, `own` aside, each once: as long as there is one, the provider stays. */
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

/** What is said of a provider that stays. */
export function staysFor(providerId: string, users: readonly string[]): string {
  return `provider ${providerId} stays: ${users.join(', ')} of another application ${users.length === 1 ? 'is' : 'are'} linked with it`;
}
