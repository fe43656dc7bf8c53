import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { conditionWords } from '../parts/condition.js';
import { KindMark } from '../parts/kind-mark.js';
import { amount } from '../parts/numbers.js';
import { placed as placedAt } from '../parts/placed.js';
import { sumOf } from '../state/history.js';
import { useView } from '../state/store.js';
import type { Cluster } from './clusters.js';
import { layOut, type MapLayout, type PlacedCluster, type PlacedNode } from './layout.js';

export interface MapCanvasProps {
  readonly clusters: readonly Cluster[];
  readonly isFolded: (cluster: Cluster) => boolean;
  readonly onFold: (cluster: Cluster) => void;
  readonly onFoldAll: (folded: boolean) => void;
  /** The id of the workload that is looked at. */
  readonly selected: string | undefined;
  readonly onSelect: (id: string | undefined) => void;
}

const zooms = [0.4, 0.55, 0.7, 0.85, 1] as const;
/** How far it may be reduced by itself: names are still read then. */
const leastFitting = 0.7;
/** Between the map and its frame, in CSS pixels. */
const inset = 24;
/** How far beyond its edges the visible part is drawn, in CSS pixels. */
const margin = 300;

interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The drawn map: scrolls, zooms, and is walked with the arrow keys. */
export function MapCanvas(props: MapCanvasProps): JSX.Element {
  const { clusters, isFolded, onFold, onFoldAll, selected, onSelect } = props;
  const frame = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState<Window>({ left: 0, top: 0, width: 1200, height: 800 });
  /** `undefined` until somebody chooses one. */
  const [chosenZoom, setZoom] = useState<number | undefined>(undefined);
  const [current, setCurrent] = useState<string | undefined>(undefined);

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const look = (): void =>
      setSeen({
        left: element.scrollLeft,
        top: element.scrollTop,
        width: element.clientWidth,
        height: element.clientHeight,
      });
    look();
    element.addEventListener('scroll', look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, []);

  const folded = clusters.map(isFolded);
  const zoom = chosenZoom ?? fittingZoom(clusters, isFolded, seen.width - 2 * inset);
  const width = Math.max(320, Math.round((seen.width - 2 * inset) / zoom));
  const layout = useMemo(() => layOut(clusters, isFolded, width), [clusters, folded.join(), width]);
  const nodes = useMemo(() => placedNodes(layout), [layout]);
  const visible = layout.clusters.filter((each) => isSeen(each, seen, zoom));
  const tabStop = nodes.some(({ node }) => node.key === current) ? current : nodes[0]?.node.key;

  const walk = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    const from = nodes.find(({ node }) => node.key === current);
    if (step === undefined || from === undefined) return;
    const next = nearest(from, nodes, step);
    if (next === undefined) return;
    event.preventDefault();
    setCurrent(next.node.key);
    frame.current?.scrollTo({
      left: next.x * zoom - seen.width / 2,
      top: next.y * zoom - seen.height / 2,
    });
    requestAnimationFrame(() => focusNode(frame.current, next.node.key));
  };
  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') onSelect(undefined);
    };
    addEventListener('keydown', close);
    return () => removeEventListener('keydown', close);
  }, [onSelect]);

  const linked = linkedWith(selected, layout);
  const areAllFolded = folded.every(Boolean);
  return (
    <div class="map-frame">
      <div class="map-tools">
        <button type="button" class="quiet" onClick={() => onFoldAll(!areAllFolded)}>
          {areAllFolded ? 'Unfold all' : 'Fold all'}
        </button>
        <span class="zoom">
          <button
            type="button"
            class="quiet"
            aria-label="Zoom out"
            disabled={zoom <= zooms[0]}
            onClick={() => setZoom([...zooms].reverse().find((each) => each < zoom) ?? zoom)}
          >
            −
          </button>
          <output aria-label="Zoom">{Math.round(zoom * 100)} %</output>
          <button
            type="button"
            class="quiet"
            aria-label="Zoom in"
            disabled={zoom >= 1}
            onClick={() => setZoom(zooms.find((each) => each > zoom) ?? zoom)}
          >
            +
          </button>
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard, too. */}
      <section class="map-scroll" ref={frame} tabIndex={0} aria-label="Drawn map, arrow keys walk">
        <div class="map-size" style={placedAt({ width: layout.width * zoom, height: layout.height * zoom })}>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the buttons in it bubble up to here. */}
          <div
            class={zoom < 0.6 ? 'map-sheet far' : 'map-sheet'}
            style={{
              ...placedAt({ width: layout.width, height: layout.height }),
              transform: `scale(${zoom})`,
            }}
            onKeyDown={walk}
          >
            {visible.map((placed) => (
              <ClusterView
                key={placed.cluster.key}
                placed={placed}
                selected={selected}
                linked={linked}
                tabStop={tabStop}
                onFold={() => onFold(placed.cluster)}
                onFocus={setCurrent}
                onSelect={(id) => onSelect(id === selected ? undefined : id)}
              />
            ))}
          </div>
        </div>
      </section>
    </div>
  );
}

interface ClusterViewProps {
  readonly placed: PlacedCluster;
  readonly selected: string | undefined;
  readonly linked: ReadonlySet<string>;
  readonly tabStop: string | undefined;
  readonly onFold: () => void;
  readonly onFocus: (key: string) => void;
  readonly onSelect: (id: string) => void;
}

function ClusterView(props: ClusterViewProps): JSX.Element {
  const { placed, selected, linked, tabStop, onFold, onFocus, onSelect } = props;
  const { cluster, isFolded, x, y, width, height } = placed;
  const { title, condition } = cluster;
  const { figures } = useView();
  const rateOf = (id: string): string => {
    const rate = sumOf(figures.get(id) ?? [])?.rate ?? 0;
    return rate === 0 ? '' : `${amount(rate)}/s`;
  };
  const isMuted = (id: string): boolean => selected !== undefined && !linked.has(id);
  return (
    <section class="cluster" aria-label={title} style={placedAt({ x, y, width, height })}>
      <h2 class="cluster-head">
        <button type="button" class="fold" aria-expanded={!isFolded} onClick={onFold}>
          <span class="fold-sign" aria-hidden="true" />
          <span class="cluster-title">{title}</span>
        </button>
        <span class="cluster-note">
          {condition === 'good' ? null : <span class={`dot ${condition}`} aria-hidden="true" />}
          {condition === 'good' ? null : <span class="sr">{conditionWords[condition]}, </span>}
          {cluster.nodes.length}
        </span>
      </h2>
      {isFolded ? (
        <button type="button" class="tiles" aria-label={`Unfold ${title}`} onClick={onFold}>
          {cluster.nodes.map(({ key, workload }) => (
            <span key={key} class={`tile ${workload.kind} ${workload.condition}`} title={workload.id} />
          ))}
        </button>
      ) : (
        <>
          <svg class="edges" width={width} height={height} aria-hidden="true">
            {placed.edges.map(({ edge, path }) => {
              const isNear = edge.from === selected || edge.to === selected;
              const mood = isNear ? 'near' : selected === undefined ? '' : 'muted';
              return (
                <path key={`${edge.from} ${edge.to}`} d={path} class={`edge ${edge.condition} ${mood}`} />
              );
            })}
          </svg>
          {placed.nodes.map(({ node: { key, workload }, ...box }) => (
            <button
              type="button"
              key={key}
              data-node={key}
              tabIndex={key === tabStop ? 0 : -1}
              aria-pressed={workload.id === selected}
              class={`node ${workload.kind} ${workload.condition} ${isMuted(workload.id) ? 'muted' : ''}`}
              style={placedAt(box)}
              title={workload.id}
              onFocus={() => onFocus(key)}
              onClick={() => onSelect(workload.id)}
            >
              <KindMark kind={workload.kind} />
              <span class="node-name">{shortName(workload.id, cluster.title)}</span>
              <span class="node-rate">{rateOf(workload.id)}</span>
              {workload.condition === 'good' ? null : (
                <>
                  <span class="sr">, {conditionWords[workload.condition]}</span>
                  <span class={`dot ${workload.condition}`} aria-hidden="true" />
                </>
              )}
            </button>
          ))}
        </>
      )}
    </section>
  );
}

/** wadm begins the ids of an application's workloads with its name; within the application that says nothing. */
function shortName(id: string, title: string): string {
  return id.startsWith(`${title}-`) && id.length > title.length + 1 ? id.slice(title.length + 1) : id;
}

/** The largest zoom at which no cluster is wider than the frame, as far as names are still read. */
function fittingZoom(
  clusters: readonly Cluster[],
  isFolded: (cluster: Cluster) => boolean,
  width: number,
): number {
  const { width: widest } = layOut(clusters, isFolded, 0);
  const fitting = zooms.filter((each) => each >= leastFitting && widest * each <= width);
  return fitting.at(-1) ?? leastFitting;
}

function placedNodes(layout: MapLayout): readonly PlacedNode[] {
  return layout.clusters.flatMap(({ x, y, nodes }) =>
    nodes.map((each) => ({ ...each, x: each.x + x, y: each.y + y })),
  );
}

function isSeen(box: PlacedCluster, seen: Window, zoom: number): boolean {
  const [left, top] = [box.x * zoom - seen.left, box.y * zoom - seen.top];
  return (
    left < seen.width + margin &&
    top < seen.height + margin &&
    left + box.width * zoom > -margin &&
    top + box.height * zoom > -margin
  );
}

function linkedWith(selected: string | undefined, layout: MapLayout): ReadonlySet<string> {
  if (selected === undefined) return new Set();
  const workload = layout.clusters
    .flatMap(({ cluster }) => cluster.nodes)
    .find((each) => each.workload.id === selected)?.workload;
  return new Set([
    selected,
    ...(workload?.calls.map(({ link }) => link.target) ?? []),
    ...(workload?.calledBy.map(({ link }) => link.sourceId) ?? []),
  ]);
}

const steps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What lies nearest in a direction; ways aside count more than ways ahead. */
function nearest(
  from: PlacedNode,
  nodes: readonly PlacedNode[],
  [stepX, stepY]: readonly [number, number],
): PlacedNode | undefined {
  let best: { readonly node: PlacedNode; readonly cost: number } | undefined;
  for (const node of nodes) {
    const [dx, dy] = [node.x - from.x, node.y - from.y];
    const ahead = dx * stepX + dy * stepY;
    if (ahead <= 0) continue;
    const cost = ahead + 3 * Math.abs(dx * stepY + dy * stepX);
    if (best === undefined || cost < best.cost) best = { node, cost };
  }
  return best?.node;
}

function focusNode(frame: HTMLElement | null, key: string): void {
  frame?.querySelector<HTMLElement>(`[data-node="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}
