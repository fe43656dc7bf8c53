import type { HostInventory, Link } from '@wasmlattice/control-interface';
import { describe, expect, it } from 'vitest';
import { latticeGraph } from './lattice-graph.js';
import { renderDot } from './render-dot.js';
import { renderMermaid } from './render-mermaid.js';

const link = (sourceId: string, target: string, changes: Partial<Link> = {}): Link => ({
  sourceId,
  target,
  name: 'default',
  witNamespace: 'wasi',
  witPackage: 'keyvalue',
  interfaces: ['store', 'atomics'],
  sourceConfig: [],
  targetConfig: [],
  ...changes,
});

const host = (hostId: string, changes: Partial<HostInventory>): HostInventory => ({
  hostId,
  friendlyName: `${hostId}-name`,
  labels: {},
  version: '1.0.0',
  uptimeHuman: '',
  uptimeSeconds: 0,
  components: [],
  providers: [],
  ...changes,
});

const component = (id: string) => ({ id, imageRef: '', annotations: {}, maxInstances: 1, revision: 0 });
const provider = (id: string) => ({ id, imageRef: '', annotations: {}, revision: 0 });

const broken = link('counter', 'kv', { name: 'cache' });
const graph = latticeGraph(
  [
    host('NB', { components: [component('shop')], providers: [provider('kv')] }),
    host('NA', {
      components: [component('counter'), component('shop')],
      undeliveredLinks: [{ ...broken, providerId: 'kv', state: 'failed', reason: 'no "bucket" here' }],
    }),
  ],
  [link('shop', 'gone'), link('counter', 'kv'), broken],
);

describe('the graph of a lattice', () => {
  it('is a flowchart of Mermaid', () => {
    expect(renderMermaid(graph)).toBe(`flowchart LR
  subgraph h0 ["NA-name"]
    n0("counter")
  end
  subgraph h1 ["NB-name"]
    n2["kv"]
  end
  n1{{"gone (runs nowhere)"}}
  n3("shop (on 2 hosts)")
  n0 -.->|"wasi:keyvalue/store,atomics (cache): no #34;bucket#34; here"| n2
  n0 -->|"wasi:keyvalue/store,atomics"| n2
  n3 -->|"wasi:keyvalue/store,atomics"| n1
`);
  });

  it('is a graph of Graphviz', () => {
    expect(renderDot(graph)).toBe(`digraph lattice {
  rankdir=LR;
  subgraph cluster_0 {
    label="NA-name";
    "counter" [label="counter", shape=ellipse];
  }
  subgraph cluster_1 {
    label="NB-name";
    "kv" [label="kv", shape=box];
  }
  "gone" [label="gone (runs nowhere)", shape=hexagon];
  "shop" [label="shop (on 2 hosts)", shape=ellipse];
  "counter" -> "kv" [label="wasi:keyvalue/store,atomics (cache): no \\"bucket\\" here", style=dashed];
  "counter" -> "kv" [label="wasi:keyvalue/store,atomics"];
  "shop" -> "gone" [label="wasi:keyvalue/store,atomics"];
}
`);
  });

  it('of an empty lattice is one', () => {
    expect(renderMermaid(latticeGraph([], []))).toBe('flowchart LR\n');
    expect(renderDot(latticeGraph([], []))).toBe('digraph lattice {\n  rankdir=LR;\n}\n');
  });
});
