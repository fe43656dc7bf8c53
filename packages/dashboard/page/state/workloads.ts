import {
  applicationOf,
  type ComponentRow,
  type LinkRow,
  type ProviderRow,
} from '../../src/model/lattice-rows.js';
import type { Tables } from './lattice-state.js';

/** How a component, provider or link fares. `missing`: links name it, but it runs nowhere. */
export type Condition = 'good' | 'pending' | 'failed' | 'missing';

/** A link with what is known of its ends. */
export interface LinkView {
  readonly key: string;
  readonly link: LinkRow;
  readonly condition: Condition;
  /** Why it does not work; empty while it does. */
  readonly reason: string;
}

/** A component or provider of the lattice, on however many hosts. */
export interface Workload {
  readonly id: string;
  readonly kind: 'component' | 'provider' | 'unknown';
  /** Of its token. */
  readonly name: string | undefined;
  readonly application: string | undefined;
  readonly condition: Condition;
  /** What is wrong, a sentence each. */
  readonly troubles: readonly string[];
  /** Where it runs. */
  readonly components: readonly ComponentRow[];
  readonly providers: readonly ProviderRow[];
  /** Links whose source it is. */
  readonly calls: readonly LinkView[];
  /** Links whose target it is. */
  readonly calledBy: readonly LinkView[];
}

/** The lattice as a graph. */
export interface Graph {
  /** By id, in the order of ids. */
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly links: readonly LinkView[];
}

interface Draft {
  components: ComponentRow[];
  providers: ProviderRow[];
  calls: LinkView[];
  calledBy: LinkView[];
}

/** What runs and what is linked, by id. */
export function graphOf(tables: Tables): Graph {
  const drafts = new Map<string, Draft>();
  const draft = (id: string): Draft => {
    const known = drafts.get(id);
    if (known !== undefined) return known;
    const fresh: Draft = { components: [], providers: [], calls: [], calledBy: [] };
    drafts.set(id, fresh);
    return fresh;
  };
  for (const row of tables.components.values()) draft(row.id).components.push(row);
  for (const row of tables.providers.values()) draft(row.id).providers.push(row);
  const runs = (id: string): boolean => {
    const found = drafts.get(id);
    return found !== undefined && found.components.length + found.providers.length > 0;
  };

  const troubles = new Map([...tables.linkTroubles.values()].map((row) => [row.linkKey, row]));
  const links = [...tables.links].map(([key, link]): LinkView => {
    const trouble = troubles.get(key);
    const missing = [link.sourceId, link.target].filter((id) => !runs(id));
    if (trouble !== undefined) {
      const condition = trouble.state === 'failed' ? 'failed' : 'pending';
      return { key, link, condition, reason: trouble.reason || 'not delivered yet' };
    }
    if (missing.length > 0) {
      return { key, link, condition: 'missing', reason: `${missing.join(' and ')} runs on no host` };
    }
    return { key, link, condition: 'good', reason: '' };
  });
  for (const view of links) {
    draft(view.link.sourceId).calls.push(view);
    draft(view.link.target).calledBy.push(view);
  }
  const ids = [...drafts.keys()].sort(compareIds);
  const workloads = new Map(ids.map((id) => [id, workloadOf(id, draft(id), tables)]));
  return { workloads, links };
}

/** `web-2` before `web-10`. */
export function compareIds(one: string, other: string): number {
  return collator.compare(one, other);
}

const collator = new Intl.Collator('en', { numeric: true });

function workloadOf(id: string, draft: Draft, tables: Tables): Workload {
  const { calledBy, calls, components, providers } = draft;
  const [first] = [...components, ...providers];
  const kind = components.length > 0 ? 'component' : providers.length > 0 ? 'provider' : 'unknown';
  const troubles = [
    ...providers.flatMap(({ failure, hostId }) =>
      failure === undefined ? [] : [`On ${hostName(hostId, tables)}: ${failure}`],
    ),
    ...calls
      .filter(({ condition }) => condition !== 'good')
      .map(({ link, reason }) => `Link to ${link.target}: ${reason}`),
  ];
  const isFailed =
    providers.some(({ failure }) => failure !== undefined) ||
    calls.some(({ condition }) => condition === 'failed');
  return {
    id,
    kind,
    name: first?.name,
    application: first === undefined ? undefined : applicationOf(first),
    condition:
      kind === 'unknown' ? 'missing' : isFailed ? 'failed' : troubles.length > 0 ? 'pending' : 'good',
    troubles: kind === 'unknown' ? ['It runs on no host'] : troubles,
    components,
    providers,
    calls,
    calledBy,
  };
}

function hostName(hostId: string, tables: Tables): string {
  return tables.hosts.get(hostId)?.name ?? hostId;
}
