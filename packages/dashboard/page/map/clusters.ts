import type { Tables } from '../state/lattice-state.js';
import { type Condition, compareIds, type Graph, type Workload } from '../state/workloads.js';

/** How the map is arranged: by who calls whom, or by where it runs. */
export type Arrangement = 'calls' | 'hosts';

/** One thing drawn on the map. */
export interface MapNode {
  /** Of all nodes of the map: where it is arranged by hosts, one id stands on many. */
  readonly key: string;
  readonly workload: Workload;
}

/** An arrow of the map. */
export interface MapEdge {
  readonly from: string;
  readonly to: string;
  readonly condition: Condition;
}

/** What the map draws as one: an application, or a host. */
export interface Cluster {
  readonly key: string;
  readonly title: string;
  readonly condition: Condition;
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}

/** What belongs together, in the order of titles; what belongs to nothing comes last. */
export function clustersOf(arrangement: Arrangement, graph: Graph, tables: Tables): readonly Cluster[] {
  return arrangement === 'calls' ? byApplication(graph) : byHost(graph, tables);
}

function byApplication(graph: Graph): readonly Cluster[] {
  const groups = new Map<string, Workload[]>();
  for (const workload of graph.workloads.values()) {
    const { application } = workload;
    const key = application === undefined ? neighbourhood(workload, graph) : `application ${application}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(workload);
  }
  return sorted(
    [...groups].map(([key, workloads]) => {
      const application = workloads.find((each) => each.application !== undefined)?.application;
      const title = key === alone ? 'Without links' : (application ?? workloads[0]?.id ?? key);
      const nodes = workloads.map((workload) => ({ key: workload.id, workload }));
      return clusterOf(key, title, nodes, key === alone);
    }),
  );
}

const alone = 'alone';

/** Links are drawn within hosts only: what runs on several would have arrows everywhere. */
function byHost(graph: Graph, tables: Tables): readonly Cluster[] {
  const groups = new Map<string, Workload[]>([...tables.hosts.keys()].map((id) => [id, []]));
  for (const workload of graph.workloads.values()) {
    for (const { hostId } of [...workload.components, ...workload.providers]) {
      groups.get(hostId)?.push(workload);
    }
  }
  return sorted(
    [...groups].map(([hostId, workloads]) => {
      const host = tables.hosts.get(hostId);
      const nodes = workloads.map((workload) => ({ key: `${workload.id}@${hostId}`, workload }));
      const cluster = clusterOf(hostId, host?.name ?? hostId, nodes, true);
      return host?.presence === 'silent' ? { ...cluster, condition: 'missing' } : cluster;
    }),
  );
}

function clusterOf(key: string, title: string, nodes: readonly MapNode[], hasNoEdges: boolean): Cluster {
  const ids = new Set(nodes.map(({ workload }) => workload.id));
  const edges = hasNoEdges
    ? []
    : nodes.flatMap(({ workload }) =>
        workload.calls
          .filter(({ link }) => ids.has(link.target))
          .map(({ link, condition }) => ({ from: link.sourceId, to: link.target, condition })),
      );
  return {
    key,
    title,
    condition: worst(nodes.map(({ workload }) => workload.condition)),
    nodes,
    edges,
  };
}

const severity: readonly Condition[] = ['good', 'pending', 'missing', 'failed'];

/** The worst of them; `good` of none. */
export function worst(conditions: readonly Condition[]): Condition {
  return severity[Math.max(0, ...conditions.map((each) => severity.indexOf(each)))] ?? 'good';
}

/**
 * What is linked with a workload of no application, directly or not, is one cluster, named after the first id in it. What an application
 * uses belongs to it if no other does.
 */
function neighbourhood(workload: Workload, graph: Graph): string {
  if (workload.calls.length + workload.calledBy.length === 0) return alone;
  const applications = new Set<string>();
  const seen = new Set<string>([workload.id]);
  const open = [workload];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const id of [
      ...next.calls.map(({ link }) => link.target),
      ...next.calledBy.map(({ link }) => link.sourceId),
    ]) {
      const neighbour = graph.workloads.get(id);
      if (neighbour === undefined || seen.has(id)) continue;
      if (neighbour.application !== undefined) {
        applications.add(neighbour.application);
        continue;
      }
      seen.add(id);
      open.push(neighbour);
    }
  }
  const [only] = applications;
  if (applications.size === 1 && only !== undefined) return `application ${only}`;
  const [first = workload.id] = [...seen].sort(compareIds);
  return `around ${first}`;
}

function sorted(clusters: readonly Cluster[]): readonly Cluster[] {
  return [...clusters].sort(
    (one, other) =>
      Number(one.key === alone) - Number(other.key === alone) || compareIds(one.title, other.title),
  );
}
