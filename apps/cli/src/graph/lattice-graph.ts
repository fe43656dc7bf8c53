import { isSameLink } from '@wasmlattice/applications';
import type { HostInventory, Link, UndeliveredLink } from '@wasmlattice/control-interface';

/** What runs in a lattice and what is linked, to be drawn. */
export interface LatticeGraph {
  readonly hosts: readonly { readonly id: string; readonly name: string }[];
  readonly workloads: readonly GraphWorkload[];
  readonly links: readonly GraphLink[];
}

export interface GraphWorkload {
  readonly id: string;
  /** `missing`: a link names it, and no host runs it. */
  readonly kind: 'component' | 'provider' | 'missing';
  /** Where it runs. */
  readonly hostIds: readonly string[];
}

export interface GraphLink {
  readonly source: string;
  readonly target: string;
  /** `wasi:keyvalue/store,atomics`. */
  readonly interfaces: string;
  readonly name: string;
  /** Why it does not work; absent for one that does, as far as hosts tell. */
  readonly trouble?: string | undefined;
}

export function latticeGraph(inventories: readonly HostInventory[], links: readonly Link[]): LatticeGraph {
  const workloads = new Map<string, { kind: GraphWorkload['kind']; hostIds: string[] }>();
  const add = (id: string, kind: GraphWorkload['kind'], hostId?: string): void => {
    const known = workloads.get(id) ?? { kind, hostIds: [] };
    if (hostId !== undefined) known.hostIds.push(hostId);
    workloads.set(id, known);
  };
  for (const { hostId, components, providers } of inventories) {
    for (const { id } of components) add(id, 'component', hostId);
    for (const { id } of providers) add(id, 'provider', hostId);
  }
  for (const { sourceId, target } of links) {
    add(sourceId, 'missing');
    add(target, 'missing');
  }
  const undelivered = inventories.flatMap(({ undeliveredLinks = [] }) => undeliveredLinks);
  return {
    hosts: sorted(
      inventories.map(({ hostId, friendlyName }) => ({ id: hostId, name: friendlyName })),
      'name',
    ),
    workloads: sorted(
      [...workloads].map(([id, workload]) => ({ id, ...workload })),
      'id',
    ),
    links: links
      .map((link) => graphLink(link, undelivered))
      .sort((a, b) => (linkKey(a) < linkKey(b) ? -1 : 1)),
  };
}

function graphLink(link: Link, undelivered: readonly UndeliveredLink[]): GraphLink {
  const { sourceId, target, witNamespace, witPackage, interfaces, name } = link;
  const trouble = undelivered.find((each) => isSameLink(each, link))?.reason;
  return {
    source: sourceId,
    target,
    interfaces: `${witNamespace}:${witPackage}/${interfaces.join(',')}`,
    name,
    ...(trouble !== undefined && { trouble }),
  };
}

function linkKey({ source, target, interfaces, name }: GraphLink): string {
  return [source, target, interfaces, name].join(' ');
}

function sorted<K extends string, T extends Readonly<Record<K, string>>>(
  items: readonly T[],
  by: K,
): readonly T[] {
  return [...items].sort((a, b) => (a[by] < b[by] ? -1 : 1));
}

/** Workloads that run on one host alone, by host; the others, which are drawn beside the hosts. */
export function byHost({ hosts, workloads }: LatticeGraph): {
  readonly hosts: readonly { readonly name: string; readonly workloads: readonly GraphWorkload[] }[];
  readonly others: readonly GraphWorkload[];
} {
  const isAlone = ({ hostIds }: GraphWorkload): boolean => hostIds.length === 1;
  return {
    hosts: hosts.map(({ id, name }) => ({
      name,
      workloads: workloads.filter((workload) => isAlone(workload) && workload.hostIds[0] === id),
    })),
    others: workloads.filter((workload) => !isAlone(workload)),
  };
}

/** How a workload is named where it is drawn. */
export function workloadLabel({ id, kind, hostIds }: GraphWorkload): string {
  if (kind === 'missing') return `${id} (runs nowhere)`;
  return hostIds.length > 1 ? `${id} (on ${hostIds.length} hosts)` : id;
}

/** How a link is named: its interfaces, and its name unless that is the usual one. */
export function linkLabel({ interfaces, name }: GraphLink): string {
  return name === 'default' ? interfaces : `${interfaces} (${name})`;
}
