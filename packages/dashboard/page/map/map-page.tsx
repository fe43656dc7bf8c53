import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Choice } from '../parts/choice.js';
import { Empty } from '../parts/empty.js';
import { PageHead } from '../parts/page-head.js';
import { SearchBox } from '../parts/search-box.js';
import { useView } from '../state/store.js';
import type { Workload } from '../state/workloads.js';
import { type Arrangement, type Cluster, clustersOf } from './clusters.js';
import { Inspector } from './inspector.js';
import { MapCanvas } from './map-canvas.js';

/** A lattice of more nodes begins with its clusters folded. */
const mostUnfolded = 120;

const arrangements = [
  { value: 'calls', label: 'By application' },
  { value: 'hosts', label: 'By host' },
] as const satisfies readonly { value: Arrangement; label: string }[];

export function MapPage(): JSX.Element {
  const { graph, state } = useView();
  const [arrangement, setArrangement] = useState<Arrangement>('calls');
  const [search, setSearch] = useState('');
  const [selected, setSelected] = useState<string | undefined>(undefined);
  /** Clusters that were opened or folded by hand, by key. */
  const [byHand, setByHand] = useState<ReadonlyMap<string, boolean>>(new Map());

  const clusters = useMemo(
    () => clustersOf(arrangement, graph, state.tables),
    [arrangement, graph, state.tables.hosts],
  );
  const found = useMemo(() => searched(clusters, search), [clusters, search]);
  const count = clusters.reduce((sum, { nodes }) => sum + nodes.length, 0);
  const isFolded = (cluster: Cluster): boolean => byHand.get(cluster.key) ?? count > mostUnfolded;
  const workload = selected === undefined ? undefined : graph.workloads.get(selected);

  return (
    <>
      <PageHead title="Map" note={summary(graph.workloads, state.tables.hosts.size)}>
        <SearchBox label="Find on the map" value={search} onChange={setSearch} />
        <Choice label="Arrange" options={arrangements} value={arrangement} onChange={setArrangement} />
      </PageHead>
      {count === 0 ? (
        <Empty title={state.tables.hosts.size === 0 ? 'No host answers' : 'Nothing runs yet'}>
          {state.tables.hosts.size === 0 ? (
            <>
              Start one with <code>wasmlattice up</code>; it appears here by itself.
            </>
          ) : (
            <>
              Deploy an application with <code>wasmlattice app deploy wadm.yaml</code>.
            </>
          )}
        </Empty>
      ) : (
        <div class="map">
          <MapCanvas
            clusters={found}
            isFolded={(cluster) => search === '' && isFolded(cluster)}
            onFold={(cluster) => setByHand(new Map(byHand).set(cluster.key, !isFolded(cluster)))}
            onFoldAll={(folded) => setByHand(new Map(clusters.map(({ key }) => [key, folded])))}
            selected={selected}
            onSelect={setSelected}
          />
          {workload === undefined ? null : (
            <Inspector workload={workload} onClose={() => setSelected(undefined)} onSelect={setSelected} />
          )}
        </div>
      )}
    </>
  );
}

function summary(workloads: ReadonlyMap<string, Workload>, hosts: number): string {
  const count = (kind: Workload['kind']): number =>
    [...workloads.values()].filter((each) => each.kind === kind).length;
  return `${plural(count('component'), 'component')}, ${plural(count('provider'), 'provider')} on ${plural(hosts, 'host')}`;
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** Clusters with what matches in them: all of one whose title does. */
function searched(clusters: readonly Cluster[], search: string): readonly Cluster[] {
  const words = search.trim().toLowerCase();
  if (words === '') return clusters;
  return clusters.flatMap((cluster) => {
    if (cluster.title.toLowerCase().includes(words)) return [cluster];
    const nodes = cluster.nodes.filter(({ workload }) => workload.id.toLowerCase().includes(words));
    if (nodes.length === 0) return [];
    const keys = new Set(nodes.map(({ key }) => key));
    return [
      { ...cluster, nodes, edges: cluster.edges.filter(({ from, to }) => keys.has(from) && keys.has(to)) },
    ];
  });
}
