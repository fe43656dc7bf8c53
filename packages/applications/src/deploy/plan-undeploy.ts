import type { StringMap } from '@wasmlattice/control-interface';
import { componentId } from '../manifest/identifiers.js';
import type { Manifest } from '../manifest/manifest.js';
import { applicationOf, isOurs } from './annotations.js';
import type { ApplicationMemory } from './application-memory.js';
import type { LatticeView } from './lattice-view.js';
import { goneConfigs, ownConfigNames } from './plan-configs.js';
import { stopComponent } from './plan-deploy.js';
import { isSameLink, linksOf } from './plan-links.js';
import { whyStays } from './provider-use.js';
import { removalOf } from './remove-link.js';
import type { Plan, Step } from './steps.js';

/**
 * Works out what to request so that nothing of the application is left. Pure. What another application has or uses stays, whoever
 * started it; and what stayed so goes with the last one that has it.
 */
export function planUndeploy(manifest: Manifest, lattice: LatticeView, memory?: ApplicationMemory): Plan {
  const { configs: stored, hosts, links } = lattice;
  const versions = [manifest, ...(memory?.versions ?? [])];
  const ids = new Set(idsOf(manifest, 'image'));
  const shared = new Set(idsOf(manifest, 'shared'));
  const allIds = new Set(versions.flatMap((each) => idsOf(each, 'image')));
  const deployed = new Set(memory?.others.map(({ name }) => name));
  const notes = new Set<string>();

  /** Whether what runs is this application's, or was left by one that is not deployed any more for this one. */
  const isOwn = (id: string, annotations: StringMap, hostName: string): boolean => {
    if (isOurs(annotations, manifest.name)) return true;
    const owner = applicationOf(annotations) ?? manifest.name;
    if (owner === manifest.name) return ids.has(id);
    const isOrphan = memory !== undefined && !deployed.has(owner);
    if (isOrphan && (ids.has(id) || shared.has(id))) return true;
    if (ids.has(id)) notes.add(`${id} on ${hostName} belongs to application ${owner} and stays`);
    return false;
  };
  const goes = (kind: 'component' | 'provider', id: string): boolean => {
    const why = whyStays(kind, id, allIds, lattice, memory);
    if (why !== undefined) notes.add(why);
    return why === undefined;
  };
  const stops = hosts.flatMap((host): Step[] => {
    const isGone = (kind: 'component' | 'provider') => (each: { id: string; annotations: StringMap }) =>
      isOwn(each.id, each.annotations, host.friendlyName) && goes(kind, each.id);
    const { friendlyName, hostId } = host;
    return [
      ...host.components
        .filter(isGone('component'))
        .map(({ id, imageRef }) => stopComponent(host, id, imageRef)),
      ...host.providers
        .filter(isGone('provider'))
        .map(({ id }): Step => ({ kind: 'stop-provider', host: { hostId, friendlyName }, providerId: id })),
    ];
  });
  const own = versions.flatMap(linksOf);
  const deletions = links
    .filter((link) => own.some((each) => isSameLink(each, link)))
    .map((link): Step => ({ kind: 'delete-link', ...removalOf(link, links) }));
  const names = new Set([...ownConfigNames(manifest), ...goneConfigs(new Set(), memory)]);
  const configs = [...names]
    .filter((name) => stored?.has(name) ?? true)
    .map((name): Step => ({ kind: 'delete-config', name }));
  return { application: manifest.name, steps: [...deletions, ...stops, ...configs], notes: [...notes] };
}

function idsOf({ components, name }: Manifest, kind: 'image' | 'shared'): string[] {
  return components
    .filter(({ source }) => source.kind === kind)
    .map((component) => componentId(name, component));
}
