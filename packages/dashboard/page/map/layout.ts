import type { Cluster, MapEdge, MapNode } from './clusters.js';
import { layersOf } from './layers.js';

/** Where something is on the map, in CSS pixels at full size. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode extends Box {
  readonly node: MapNode;
}

export interface PlacedEdge {
  readonly edge: MapEdge;
  /** For the `d` of an SVG path. */
  readonly path: string;
}

export interface PlacedCluster extends Box {
  readonly cluster: Cluster;
  /** A folded one shows its nodes as tiles: {@link nodes} and {@link edges} are empty. */
  readonly isFolded: boolean;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/** The whole map. */
export interface MapLayout {
  readonly width: number;
  readonly height: number;
  readonly clusters: readonly PlacedCluster[];
}

const node = { width: 184, height: 34, gapX: 64, gapY: 10 };
const cluster = { padding: 18, head: 48, gap: 20 };
/** A folded cluster: its tiles stand in rows. */
const folded = { width: 252, tile: 14, tilesInRow: 15 };
/** Columns longer than this go on beside themselves. */
const longestColumn = 14;

/** Places clusters in rows of at most `width`, each as high as its highest. */
export function layOut(
  clusters: readonly Cluster[],
  isFolded: (cluster: Cluster) => boolean,
  width: number,
): MapLayout {
  const placed: PlacedCluster[] = [];
  let [x, y, rowHeight, total] = [0, 0, 0, 0];
  for (const each of clusters) {
    const inner = isFolded(each) ? fold(each) : unfold(each);
    if (x > 0 && x + inner.width > width) {
      [x, y, rowHeight] = [0, y + rowHeight + cluster.gap, 0];
    }
    placed.push(moved(inner, x, y));
    x += inner.width + cluster.gap;
    rowHeight = Math.max(rowHeight, inner.height);
    total = Math.max(total, x - cluster.gap);
  }
  return { width: total, height: y + rowHeight, clusters: placed };
}

function fold(each: Cluster): PlacedCluster {
  const rows = Math.max(1, Math.ceil(each.nodes.length / folded.tilesInRow));
  const height = cluster.head + rows * folded.tile + cluster.padding;
  return { cluster: each, isFolded: true, x: 0, y: 0, width: folded.width, height, nodes: [], edges: [] };
}

function unfold(each: Cluster): PlacedCluster {
  const columns =
    each.edges.length === 0
      ? gridOf(each.nodes)
      : layersOf(each.nodes, each.edges).flatMap((layer) => split(layer));
  const longest = Math.max(1, ...columns.map(({ length }) => length));
  const gapX = each.edges.length === 0 ? node.gapY : node.gapX;
  const boxes: PlacedNode[] = columns.flatMap((column, index) => {
    // Short columns stand in the middle, where their arrows are short.
    const offset = each.edges.length === 0 ? 0 : ((longest - column.length) * (node.height + node.gapY)) / 2;
    return column.map((item, row) => ({
      node: item,
      x: cluster.padding + index * (node.width + gapX),
      y: cluster.head + offset + row * (node.height + node.gapY),
      width: node.width,
      height: node.height,
    }));
  });
  const places = new Map(boxes.map((box) => [box.node.key, box]));
  const edges = each.edges.flatMap((edge) => {
    const [from, to] = [places.get(edge.from), places.get(edge.to)];
    return from === undefined || to === undefined ? [] : [{ edge, path: curve(from, to) }];
  });
  const columnsWidth = Math.max(1, columns.length) * (node.width + gapX) - gapX;
  return {
    cluster: each,
    isFolded: false,
    x: 0,
    y: 0,
    width: Math.max(folded.width, columnsWidth + 2 * cluster.padding),
    height: cluster.head + longest * (node.height + node.gapY) - node.gapY + cluster.padding,
    nodes: boxes,
    edges,
  };
}

function gridOf(nodes: readonly MapNode[]): readonly (readonly MapNode[])[] {
  const rows = Math.max(1, Math.ceil(Math.sqrt(nodes.length * 2)));
  return split(nodes, Math.min(rows, longestColumn * 2));
}

function split(nodes: readonly MapNode[], size: number = longestColumn): readonly (readonly MapNode[])[] {
  return Array.from({ length: Math.ceil(nodes.length / size) }, (_, index) =>
    nodes.slice(index * size, (index + 1) * size),
  );
}

/** From the right side of one to the left side of the other, or around if that lies behind. */
function curve(from: Box, to: Box): string {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const bend = x2 > x1 ? Math.max(24, (x2 - x1) / 2) : 72;
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function moved(each: PlacedCluster, x: number, y: number): PlacedCluster {
  return { ...each, x, y };
}
