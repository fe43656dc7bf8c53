import { isDeepStrictEqual } from 'node:util';
import type { Link, LinkInput } from '@wasmlattice/control-interface';
import { componentId, configNames } from '../manifest/identifiers.js';
import type { Manifest, ManifestComponent } from '../manifest/manifest.js';
import type { ApplicationMemory } from './application-memory.js';
import { isBuiltin } from './image-reference.js';
import type { LatticeView } from './lattice-view.js';
import { isSameSlot } from './link-slot.js';
import { removalOf } from './remove-link.js';
import type { Step } from './steps.js';

/**
 * The links of a component with ids and stored names, in the order of the manifest. Those that would replace each other, as they
 * differ in their interfaces alone, are one.
 */
export function manifestLinks(manifest: Manifest, source: ManifestComponent): Link[] {
  const ids = new Map(manifest.components.map((each) => [each.name, componentId(manifest.name, each)]));
  const links: Link[] = [];
  for (const each of source.links) {
    const link: Link = {
      sourceId: componentId(manifest.name, source),
      target: ids.get(each.target) ?? each.target,
      name: each.name,
      witNamespace: each.namespace,
      witPackage: each.package,
      interfaces: each.interfaces,
      sourceConfig: configNames(manifest.name, each.sourceConfig),
      targetConfig: configNames(manifest.name, each.targetConfig),
    };
    const index = links.findIndex((known) => isSameLink(known, link));
    const known = links[index];
    if (known === undefined) links.push(link);
    else links[index] = { ...known, interfaces: [...known.interfaces, ...link.interfaces] };
  }
  return links;
}

type LinkEnds = Pick<LinkInput, 'sourceId' | 'name' | 'witNamespace' | 'witPackage' | 'target'>;

/** Whether putting one replaces the other. */
export function isSameLink(one: LinkEnds, other: LinkEnds): boolean {
  return isSameSlot(one, other) && one.target === other.target;
}

/**
 * Puts all of `wanted`. Hosts refuse a second target for an interface of a slot, so what can be put goes first, as it may take an
 * interface from a link in the way; only where nothing can be put, a link goes.
 *
 * @param links what the lattice has
 * @returns the steps, and what the lattice has after them
 */
export function planPuts(
  wanted: readonly Link[],
  links: readonly Link[],
): { steps: Step[]; links: readonly Link[] } {
  const steps: Step[] = [];
  const pending = [...wanted];
  let there = links;
  for (let first = pending[0]; first !== undefined; first = pending[0]) {
    const next = pending.find((link) => !there.some((each) => conflicts(each, link)));
    if (next === undefined) {
      const obstacle = there.find((each) => conflicts(each, first as Link)) as Link;
      steps.push({ kind: 'delete-link', ...removalOf(obstacle, there) });
      there = there.filter((each) => each !== obstacle);
      continue;
    }
    steps.push({ kind: 'put-link', link: next });
    there = [...there.filter((each) => !isSameLink(each, next)), next];
    pending.splice(pending.indexOf(next), 1);
  }
  return { steps, links: there };
}

/** Whether a link stands in the way of another: hosts refuse a second target for the same interface and name. */
function conflicts(existing: Link, link: Link): boolean {
  return (
    isSameSlot(existing, link) &&
    existing.target !== link.target &&
    existing.interfaces.some((each) => link.interfaces.includes(each))
  );
}

/** Links that versions of the application had, and it no longer has. */
export function planGoneLinks(
  manifest: Manifest,
  { links }: LatticeView,
  memory: ApplicationMemory | undefined,
): { steps: Step[]; left: readonly Link[] } {
  const wanted = linksOf(manifest);
  const before = memory?.versions.flatMap(linksOf) ?? [];
  const gone = links.filter(
    (link) => before.some((each) => isSameLink(each, link)) && !wanted.some((each) => isSameLink(each, link)),
  );
  return {
    steps: gone.map((link): Step => ({ kind: 'delete-link', ...removalOf(link, links) })),
    left: links.filter((link) => !gone.includes(link)),
  };
}

/** All links of an application with ids and stored names. */
export function linksOf(manifest: Manifest): readonly Link[] {
  return manifest.components.flatMap((component) => manifestLinks(manifest, component));
}

/** Links to put before processes of providers start, and those to put once all runs; what is as wanted is not put again. */
export function planLinks(
  manifest: Manifest,
  { hosts, links }: LatticeView,
  changedConfigs: ReadonlySet<string>,
): { early: Step[]; late: Step[] } {
  const processes = new Set(
    manifest.components.filter(isProcess).map((component) => componentId(manifest.name, component)),
  );
  const ofProcess = ({ sourceId, target }: LinkInput) => processes.has(sourceId) || processes.has(target);
  const undelivered = hosts.flatMap(({ undeliveredLinks = [] }) => undeliveredLinks);
  const isAsWanted = (link: Link): boolean =>
    links.some((each) => isDeepStrictEqual(plainLink(each), plainLink(link))) &&
    !undelivered.some((each) => isSameLink(each, link)) &&
    ![...link.sourceConfig, ...link.targetConfig].some((name) => changedConfigs.has(name));
  const wanted = linksOf(manifest).filter((link) => !isAsWanted(link));
  const early = planPuts(wanted.filter(ofProcess), links);
  const late = planPuts(
    wanted.filter((link) => !ofProcess(link)),
    early.links,
  );
  return { early: early.steps, late: late.steps };
}

/** What a link says, in an order that does not matter. */
function plainLink({
  interfaces,
  name,
  sourceConfig,
  sourceId,
  target,
  targetConfig,
  witNamespace,
  witPackage,
}: Link): unknown {
  return [
    sourceId,
    target,
    name,
    witNamespace,
    witPackage,
    interfaces.toSorted(),
    [...sourceConfig],
    [...targetConfig],
  ];
}

function isProcess({ kind, source }: ManifestComponent): boolean {
  return kind === 'capability' && source.kind === 'image' && !isBuiltin(source.image);
}
