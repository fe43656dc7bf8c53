import type { UndeliveredLink } from '@wasmlattice/control-interface';
import {
  type ApplicationStatus,
  type ScalerStatus,
  type StatusInfo,
  statusOfAll,
} from '../api/application-status.js';
import { componentId } from '../manifest/identifiers.js';
import type { Manifest, ManifestComponent } from '../manifest/manifest.js';
import { shownProviderReference } from './image-reference.js';
import type { LatticeView } from './lattice-view.js';
import { isSameLink, linksOf } from './plan-links.js';
import { isEligible } from './spreads.js';
import { undeliveredStatus } from './undelivered-link.js';

/**
 * What an application has come to, as far as hosts tell: whether each of its components and providers runs, from its image and as often
 * as it should, and whether its links are there and have reached their ends. Pure.
 */
export function statusInLattice(manifest: Manifest, lattice: LatticeView): ApplicationStatus {
  const scalers = manifest.components.flatMap(
    (component) => componentStatus(manifest, component, lattice) ?? [],
  );
  const links = linksOf(manifest).map((link): ScalerStatus => {
    const undelivered = lattice.hosts
      .flatMap(({ undeliveredLinks = [] }) => undeliveredLinks)
      .find((each) => isSameLink(each, link));
    const isThere = lattice.links.some((each) => isSameLink(each, link));
    return {
      id: '',
      kind: 'LinkScaler',
      name: `${link.sourceId} -(${link.witNamespace}:${link.witPackage})-> ${link.target}`,
      status: linkStatus(isThere, undelivered),
    };
  });
  return statusOfAll([...scalers, ...links]);
}

function linkStatus(isThere: boolean, undelivered: UndeliveredLink | undefined): StatusInfo {
  if (!isThere) return { type: 'reconciling', message: 'the link is not there' };
  return undelivered === undefined ? deployed : undeliveredStatus(undelivered);
}

const deployed: StatusInfo = { type: 'deployed', message: '' };

function componentStatus(
  { name: application }: Manifest,
  component: ManifestComponent,
  { hosts }: LatticeView,
): ScalerStatus | undefined {
  const { kind, name, source } = component;
  const [scaler] = component.scalers;
  if (source.kind === 'shared' || (kind === 'component' && scaler === undefined)) return undefined;
  const id = componentId(application, component);
  const eligible = hosts.filter((host) =>
    (scaler?.spreads ?? [{ requirements: {} }]).some((spread) => isEligible(host, spread)),
  ).length;
  const instances = scaler?.instances ?? 1;
  const isDaemon = scaler?.kind === 'daemon';
  const image = kind === 'component' ? source.image : shownProviderReference(source.image);
  const found = hosts
    .flatMap(({ components, providers }) =>
      kind === 'component'
        ? components.map((each) => ({ id: each.id, imageRef: each.imageRef, count: each.maxInstances }))
        : providers.map((each) => ({ id: each.id, imageRef: each.imageRef, count: 1 })),
    )
    .filter((each) => each.id === id);
  const running = found
    .filter(({ imageRef }) => imageRef === image)
    .reduce((sum, { count }) => sum + count, 0);
  const other = found.find(({ imageRef }) => imageRef !== image);
  return {
    id: '',
    kind: isDaemon ? 'DaemonScaler' : 'SpreadScaler',
    name: id,
    status: scaleStatus(
      name,
      wantedCount(kind, instances, isDaemon, eligible),
      running,
      other?.imageRef,
      eligible,
    ),
  };
}

function wantedCount(
  kind: ManifestComponent['kind'],
  instances: number,
  isDaemon: boolean,
  eligible: number,
): number {
  if (kind === 'capability') return Math.min(isDaemon && instances > 0 ? eligible : instances, eligible);
  return isDaemon ? instances * eligible : instances;
}

function scaleStatus(
  name: string,
  wanted: number,
  running: number,
  otherImage: string | undefined,
  eligible: number,
): StatusInfo {
  if (eligible === 0) return { type: 'failed', message: `no host has the labels that ${name} requires` };
  if (otherImage !== undefined) return { type: 'reconciling', message: `${name} runs from ${otherImage}` };
  if (running >= wanted) return deployed;
  return { type: 'reconciling', message: `${running} of ${wanted} instances of ${name} run` };
}
