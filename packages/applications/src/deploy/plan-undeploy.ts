import { componentId, configName } from '../manifest/identifiers.js';
import type { Manifest } from '../manifest/manifest.js';
import { applicationOf, isOurs } from './annotations.js';
import type { LatticeView } from './lattice-view.js';
import { ownConfigs, stopComponent } from './plan-deploy.js';
import { isSameLink, manifestLinks } from './plan-links.js';
import { otherUsers, staysFor } from './provider-use.js';
import { removalOf } from './remove-link.js';
import type { Plan, Step } from './steps.js';

/**
 * Works out what to request so that nothing of the application is left. Pure. What another application deployed under
 * the same id stays, and so does a provider as long as another application uses it, whoever started it.
 */
export function planUndeploy(manifest: Manifest, lattice: LatticeView): Plan {
  const { hosts, links } = lattice;
  const own = manifest.components.filter(({ source }) => source.kind === 'image');
  const ids = new Set(own.map((component) => componentId(manifest.name, component)));
  const notes = new Set<string>();
  const stops: Step[] = [];
  for (const host of hosts) {
    const goes = ({ annotations, id }: { id: string; annotations: Readonly<Record<string, string>> }) => {
      const owner = applicationOf(annotations) ?? manifest.name;
      if (ids.has(id) && owner !== manifest.name) {
        notes.add(`${id} on ${host.friendlyName} belongs to application ${owner} and stays`);
      }
      return (ids.has(id) && owner === manifest.name) || isOurs(annotations, manifest.name);
    };
    for (const component of host.components.filter(goes)) {
      stops.push(stopComponent(host, component.id, component.imageRef));
    }
    for (const { id } of host.providers.filter(goes)) {
      const users = otherUsers(id, ids, lattice);
      if (users.length > 0) {
        notes.add(staysFor(id, users));
        continue;
      }
      stops.push({
        kind: 'stop-provider',
        host: { hostId: host.hostId, friendlyName: host.friendlyName },
        providerId: id,
      });
    }
  }
  const wanted = manifest.components.flatMap((component) => manifestLinks(manifest, component));
  const deletions = links
    .filter((link) => wanted.some((each) => isSameLink(each, link)))
    .map((link): Step => ({ kind: 'delete-link', ...removalOf(link, links) }));
  const configs = ownConfigs(manifest).map((entry): Step => {
    return { kind: 'delete-config', name: configName(manifest.name, entry) };
  });
  return { application: manifest.name, steps: [...deletions, ...stops, ...configs], notes: [...notes] };
}
