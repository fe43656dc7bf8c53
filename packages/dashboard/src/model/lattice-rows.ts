import type {
  HostInventory,
  Link,
  ProviderCrashes,
  StringMap,
  UndeliveredLink,
} from '@wasmlattice/control-interface/types';

/** A host of the lattice. */
export interface HostRow {
  readonly id: string;
  readonly name: string;
  readonly labels: StringMap;
  readonly version: string;
  /** Milliseconds since 1970; told by the host in whole seconds, so it may be off by some. */
  readonly startedAt: number;
  /** `silent`: it has neither told nor answered anything for longer than a host does that runs. */
  readonly presence: 'here' | 'silent';
}

/** What components and providers have in common. */
interface WorkloadRow {
  readonly hostId: string;
  readonly id: string;
  /** Of its token; absent without one. */
  readonly name?: string | undefined;
  readonly imageRef: string;
  readonly annotations: StringMap;
  /** Names of its configs and secrets; absent where a host does not tell. */
  readonly config?: readonly string[] | undefined;
}

/** A component on one host. */
export interface ComponentRow extends WorkloadRow {
  readonly maxInstances: number;
}

/** A provider on one host. */
export interface ProviderRow extends WorkloadRow {
  /** Why it does not serve at the moment; absent while it does. */
  readonly failure?: string | undefined;
  readonly crashes?: ProviderCrashes | undefined;
}

/** A link of the lattice. */
export type LinkRow = Link;

/** That a link does not work at one of its ends. */
export interface LinkTroubleRow {
  readonly hostId: string;
  readonly linkKey: string;
  readonly providerId: string;
  readonly state: UndeliveredLink['state'];
  readonly reason: string;
}

/** What a component or provider is at on one host, of late; only of those that tell. */
export interface FiguresRow {
  readonly hostId: string;
  readonly id: string;
  /** Of a component. */
  readonly calls?: CallFigures | undefined;
  /** Memory of a process of its own. */
  readonly residentBytes?: number | undefined;
  /** Cores that a process of its own keeps busy: 0.5 is half of one. */
  readonly cores?: number | undefined;
}

/** How a component is called on one host. */
export interface CallFigures {
  /** Invocations that ended, a second. */
  readonly rate: number;
  /** Of these, those that failed, a second. */
  readonly errorRate: number;
  /** 99 % of these took no longer; absent while none ended. */
  readonly p99Ms?: number | undefined;
  /** Invocations that run. */
  readonly running: number;
  /** Invocations that wait for one of those to end. */
  readonly waiting: number;
}

/** What the process of a host uses, without those of its providers. */
export interface HostFiguresRow {
  readonly hostId: string;
  readonly residentBytes: number;
  /** 0.5 is half of one. */
  readonly cores: number;
}

/** What a lattice consists of, by table; each row has a key of its own in its table. */
export interface LatticeTables {
  readonly hosts: HostRow;
  readonly components: ComponentRow;
  readonly providers: ProviderRow;
  readonly links: LinkRow;
  readonly linkTroubles: LinkTroubleRow;
  readonly figures: FiguresRow;
  readonly hostFigures: HostFiguresRow;
}

export type TableName = keyof LatticeTables;

export const tableNames: readonly TableName[] = [
  'hosts',
  'components',
  'providers',
  'links',
  'linkTroubles',
  'figures',
  'hostFigures',
];

/** The key of a component or provider: one may run on many hosts. */
export function workloadKey(hostId: string, id: string): string {
  return `${id}@${hostId}`;
}

/** What tells a link from all others. */
export function linkKey(
  link: Pick<Link, 'sourceId' | 'target' | 'name' | 'witNamespace' | 'witPackage'>,
): string {
  return [link.sourceId, link.name, `${link.witNamespace}:${link.witPackage}`, link.target].join(' ');
}

/** The application that a component or provider was deployed with, as wadm and `wasmlattice app` mark it. */
export function applicationOf({ annotations }: { readonly annotations: StringMap }): string | undefined {
  return annotations['wasmcloud.dev/appspec'];
}

/** The rows of one host, by table and key. */
export interface HostRows {
  readonly components: ReadonlyMap<string, ComponentRow>;
  readonly providers: ReadonlyMap<string, ProviderRow>;
  readonly linkTroubles: ReadonlyMap<string, LinkTroubleRow>;
}

/** What an inventory says of all that runs on its host. */
export function rowsOf(inventory: HostInventory): HostRows {
  const { hostId } = inventory;
  return {
    components: new Map(
      inventory.components.map(({ id, name, imageRef, annotations, config, maxInstances }) => [
        workloadKey(hostId, id),
        { hostId, id, name, imageRef, annotations, config, maxInstances },
      ]),
    ),
    providers: new Map(
      inventory.providers.map(({ id, name, imageRef, annotations, config, failure, crashes }) => [
        workloadKey(hostId, id),
        { hostId, id, name, imageRef, annotations, config, failure, crashes },
      ]),
    ),
    linkTroubles: new Map(
      (inventory.undeliveredLinks ?? []).map((link) => [
        workloadKey(hostId, linkKey(link)),
        {
          hostId,
          linkKey: linkKey(link),
          providerId: link.providerId,
          state: link.state,
          reason: link.reason,
        },
      ]),
    ),
  };
}
