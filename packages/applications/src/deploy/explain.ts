import type { HostInventory } from '@wasmlattice/control-interface';
import { componentId } from '../manifest/identifiers.js';
import type { Manifest, ManifestComponent, Spread } from '../manifest/manifest.js';
import { spreadOf } from './annotations.js';
import { statusInLattice } from './lattice-status.js';
import type { LatticeView } from './lattice-view.js';
import { isSameLink, linksOf } from './plan-links.js';
import { describeUndelivered } from './undelivered-link.js';

/** Why a component or provider of an application is where it is, or is not. */
export interface Explanation {
  /** Name in the manifest. */
  readonly name: string;
  readonly id: string;
  /** Sentences without their ends, one reason each. */
  readonly reasons: readonly string[];
}

/** Explains each component and provider of an application by its hosts: their labels, what they run, and what they tell of it. Pure. */
export function explain(manifest: Manifest, lattice: LatticeView): readonly Explanation[] {
  const { scalers } = statusInLattice(manifest, lattice);
  return manifest.components.map((component) => {
    const id = componentId(manifest.name, component);
    const status = scalers.find(({ kind, name }) => name === id && kind !== 'LinkScaler')?.status;
    const links = linksOf(manifest).filter(({ sourceId, target }) => sourceId === id || target === id);
    return {
      name: component.name,
      id,
      reasons: [
        ...lattice.hosts.flatMap((host) => reasonsOf(component, id, host)),
        ...(status === undefined || status.message === '' ? [] : [status.message]),
        ...neverStarted(component),
        ...links
          .filter((link) => !lattice.links.some((each) => isSameLink(each, link)))
          .map(({ sourceId, target, witNamespace, witPackage }) => {
            return `the link ${sourceId} ${witNamespace}:${witPackage} to ${target} is not there`;
          }),
        ...lattice.hosts
          .flatMap(({ undeliveredLinks = [] }) => undeliveredLinks)
          .filter(({ providerId }) => providerId === id)
          .map(describeUndelivered),
      ],
    };
  });
}

function neverStarted({ kind, scalers, source }: ManifestComponent): string[] {
  if (source.kind === 'shared') {
    return [`it is ${source.component} of application ${source.application}, which says where it runs`];
  }
  return kind === 'component' && scalers.length === 0
    ? ['it has no spreadscaler or daemonscaler, and is not started']
    : [];
}

function reasonsOf(component: ManifestComponent, id: string, host: HostInventory): string[] {
  const { friendlyName, labels } = host;
  const spreads = component.scalers[0]?.spreads ?? [];
  const runs = host.components.find((each) => each.id === id);
  const provider = host.providers.find((each) => each.id === id);
  const there = runs ?? provider;
  if (there === undefined) {
    const fits = spreads.length === 0 || spreads.some((spread) => missingLabels(spread, labels).length === 0);
    if (fits || component.source.kind === 'shared') return [];
    const missing = new Set(spreads.flatMap((spread) => missingLabels(spread, labels)));
    return [`not on ${friendlyName}, which does not have ${[...missing].join(', ')}`];
  }
  const count = runs === undefined ? '' : ` with ${runs.maxInstances} instances`;
  const spread = spreads.find(({ name }) => name === spreadOf(there.annotations));
  const wanted = Object.entries(spread?.requirements ?? {}).map(([key, value]) => `${key}=${value}`);
  const why =
    wanted.length === 0 ? '' : `, which has ${wanted.join(', ')} as spread ${spread?.name} requires`;
  const failure = provider?.failure === undefined ? [] : [`it fails on ${friendlyName}: ${provider.failure}`];
  return [`runs on ${friendlyName}${count}${why}`, ...failure];
}

function missingLabels({ requirements }: Spread, labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(requirements)
    .filter(([key, value]) => labels[key] !== value)
    .map(([key, value]) => `${key}=${value}`);
}
