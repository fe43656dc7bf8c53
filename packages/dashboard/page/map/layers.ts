import type { MapEdge, MapNode } from './clusters.js';

/**
 * The nodes of a cluster in columns from left to right, so that arrows lead to the right but for those that close a circle; within a
 * column, near what they are linked with.
 */
export function layersOf(
  nodes: readonly MapNode[],
  edges: readonly MapEdge[],
): readonly (readonly MapNode[])[] {
  const targets = new Map<string, string[]>(nodes.map(({ key }) => [key, []]));
  const sources = new Map<string, string[]>(nodes.map(({ key }) => [key, []]));
  for (const { from, to } of edges) {
    targets.get(from)?.push(to);
    sources.get(to)?.push(from);
  }
  const depths = depthsOf(nodes, targets);
  const layers: MapNode[][] = Array.from({ length: Math.max(0, ...depths.values()) + 1 }, () => []);
  for (const node of nodes) layers[depths.get(node.key) ?? 0]?.push(node);
  let left = new Map<string, number>();
  return layers.map((layer) => {
    const wish = ({ key }: MapNode): number => {
      const places = (sources.get(key) ?? []).flatMap((source) => left.get(source) ?? []);
      return places.length === 0 ? Number.POSITIVE_INFINITY : places.reduce((a, b) => a + b) / places.length;
    };
    const ordered = layer
      .map((node, index) => ({ node, wish: wish(node), index }))
      .sort((one, other) => (one.wish === other.wish ? one.index - other.index : one.wish - other.wish))
      .map(({ node }) => node);
    left = new Map([...left, ...ordered.map(({ key }, index) => [key, index] as const)]);
    return ordered;
  });
}

/** The longest way to each node from one that nothing calls; an arrow back to where a walk came from counts nothing. */
function depthsOf(
  nodes: readonly MapNode[],
  targets: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, number> {
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const forward = new Map<string, string[]>();
  const visit = (root: string): void => {
    const stack = [{ key: root, next: 0 }];
    state.set(root, 'open');
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const target = targets.get(top.key)?.[top.next];
      top.next += 1;
      if (target === undefined) {
        state.set(top.key, 'done');
        order.push(top.key);
        stack.pop();
      } else if (state.get(target) !== 'open') {
        forward.set(top.key, [...(forward.get(top.key) ?? []), target]);
        if (state.get(target) === undefined) {
          state.set(target, 'open');
          stack.push({ key: target, next: 0 });
        }
      }
    }
  };
  const called = new Set([...targets.values()].flat());
  const roots = [...nodes.filter(({ key }) => !called.has(key)), ...nodes];
  for (const { key } of roots) if (state.get(key) === undefined) visit(key);
  const depths = new Map<string, number>();
  for (const key of order.reverse()) {
    const depth = depths.get(key) ?? 0;
    depths.set(key, depth);
    for (const target of forward.get(key) ?? []) {
      depths.set(target, Math.max(depths.get(target) ?? 0, depth + 1));
    }
  }
  return depths;
}
