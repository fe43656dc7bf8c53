import { describe, expect, it } from 'vitest';
import { emptyState } from '../state/lattice-state.js';
import { graphOf } from '../state/workloads.js';
import { type Cluster, clustersOf, type MapEdge, type MapNode } from './clusters.js';
import { layersOf } from './layers.js';
import { layOut } from './layout.js';

const component = (id: string, application?: string) => ({
  hostId: 'NA1',
  id,
  imageRef: 'x',
  annotations: application === undefined ? {} : { 'wasmcloud.dev/appspec': application },
  maxInstances: 1,
});

function graphWith(
  ids: readonly (readonly [string, string?])[],
  links: readonly (readonly [string, string])[],
) {
  const components = new Map(ids.map(([id, application]) => [id, component(id, application)]));
  const all = links.map(([sourceId, target]) => ({
    sourceId,
    target,
    name: 'default',
    witNamespace: 'a',
    witPackage: 'b',
    interfaces: ['c'],
    sourceConfig: [],
    targetConfig: [],
  }));
  const tables = {
    ...emptyState.tables,
    components,
    links: new Map(all.map((link) => [`${link.sourceId} ${link.target}`, link])),
  };
  return { graph: graphOf(tables), tables };
}

const titles = (clusters: readonly Cluster[]) =>
  clusters.map(({ title, nodes }) => [title, nodes.map(({ workload }) => workload.id)]);

describe('clusters', () => {
  it('are applications, what is linked with one alone, and what is linked with nothing', () => {
    const { graph, tables } = graphWith(
      [['shop-web', 'shop'], ['kv'], ['other-web', 'other'], ['both'], ['lone']],
      [
        ['shop-web', 'kv'],
        ['shop-web', 'both'],
        ['other-web', 'both'],
      ],
    );
    expect(titles(clustersOf('calls', graph, tables))).toEqual([
      ['both', ['both']],
      ['other', ['other-web']],
      ['shop', ['kv', 'shop-web']],
      ['Without links', ['lone']],
    ]);
  });

  it('have what is linked and runs nowhere, as missing', () => {
    const { graph, tables } = graphWith([['web', 'shop']], [['web', 'gone']]);
    const [cluster] = clustersOf('calls', graph, tables);
    expect(cluster?.condition).toBe('missing');
    expect(cluster?.nodes.map(({ workload }) => [workload.id, workload.kind])).toEqual([
      ['gone', 'unknown'],
      ['web', 'component'],
    ]);
  });
});

describe('layers', () => {
  const { graph } = graphWith([['a'], ['b'], ['c'], ['d']], []);
  const nodes: MapNode[] = [...graph.workloads.values()].map((workload) => ({ key: workload.id, workload }));
  const keys = (edges: readonly (readonly [string, string])[]): string[][] =>
    layersOf(
      nodes,
      edges.map(([from, to]): MapEdge => ({ from, to, condition: 'good' })),
    ).map((layer) => layer.map(({ key }) => key));

  it('put each node behind all that call it', () => {
    expect(
      keys([
        ['a', 'b'],
        ['b', 'c'],
        ['a', 'c'],
        ['d', 'c'],
      ]),
    ).toEqual([['a', 'd'], ['b'], ['c']]);
  });

  it('end for circles, too', () => {
    expect(
      keys([
        ['a', 'b'],
        ['b', 'a'],
        ['b', 'b'],
      ])
        .flat()
        .sort(),
    ).toEqual(['a', 'b', 'c', 'd']);
  });
});

it('lays clusters out in rows without overlap', () => {
  const ids = Array.from({ length: 60 }, (_, index) => [`c${index}`, `app-${index % 7}`] as const);
  const { graph, tables } = graphWith(ids, []);
  const layout = layOut(clustersOf('calls', graph, tables), ({ title }) => title === 'app-3', 1_000);
  const boxes = layout.clusters;
  for (const [index, one] of boxes.entries()) {
    for (const other of boxes.slice(index + 1)) {
      const apart =
        one.x + one.width <= other.x ||
        other.x + other.width <= one.x ||
        one.y + one.height <= other.y ||
        other.y + other.height <= one.y;
      expect(apart, `${one.cluster.title} and ${other.cluster.title}`).toBe(true);
    }
    expect(one.x + one.width).toBeLessThanOrEqual(Math.max(1_000, one.width));
  }
});
