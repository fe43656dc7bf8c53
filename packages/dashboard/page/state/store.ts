import { createContext } from 'preact';
import { useContext, useLayoutEffect, useState } from 'preact/hooks';
import type { FiguresRow } from '../../src/model/lattice-rows.js';
import type { DashboardMessage } from '../../src/model/messages.js';
import { History, sumOf } from './history.js';
import { emptyState, type LatticeState, takeMessage } from './lattice-state.js';
import { readMessages, StreamRefusedError } from './stream.js';
import { dropToken } from './token.js';
import { TraceStore } from './traces.js';
import { type Graph, graphOf } from './workloads.js';

/**
 * How the page stands with its server: `opening` until it has been told anything, `live` while it is told, `lost` while it tries to
 * get back, `refused` when the token is no good.
 */
export type StreamState = 'opening' | 'live' | 'lost' | 'refused';

/** All that pages show. */
export interface View {
  readonly stream: StreamState;
  readonly state: LatticeState;
  readonly graph: Graph;
  /** What is known of components and providers by id, a row for each host. */
  readonly figures: ReadonlyMap<string, readonly FiguresRow[]>;
}

const firstRetryMs = 500;
const longestRetryMs = 5_000;

/** Keeps the view as the server tells it, for as long as the page is open. */
export class Store {
  readonly #token: string;
  readonly history: History = new History();
  readonly traces: TraceStore;
  readonly #listeners = new Set<() => void>();
  #view: View = {
    stream: 'opening',
    state: emptyState,
    graph: graphOf(emptyState.tables),
    figures: new Map(),
  };

  constructor(token: string) {
    this.#token = token;
    this.traces = new TraceStore(token);
  }

  get view(): View {
    return this.#view;
  }

  get token(): string {
    return this.#token;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async run(): Promise<void> {
    let retryMs = firstRetryMs;
    while (true) {
      try {
        for await (const message of readMessages<DashboardMessage>(this.#token, '/api/stream')) {
          retryMs = firstRetryMs;
          this.#take(message);
        }
      } catch (error) {
        if (error instanceof StreamRefusedError) {
          dropToken();
          return this.#set({ ...this.#view, stream: 'refused' });
        }
      }
      this.#set({ ...this.#view, stream: 'lost' });
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
  }

  #take(message: DashboardMessage): void {
    const state = takeMessage(this.#view.state, message);
    const before = this.#view;
    const graph = isSameGraph(before.state, state) ? before.graph : graphOf(state.tables);
    const isSame = before.state.tables.figures === state.tables.figures;
    const figures = isSame ? before.figures : byId(state.tables.figures);
    this.#set({ stream: 'live', state, graph, figures });
    if (message.kind === 'changes') this.#remember(Object.values(message.changes.figures?.set ?? {}));
  }

  #remember(changed: readonly FiguresRow[]): void {
    const time = Date.now() / 1_000;
    for (const id of new Set(changed.map((row) => row.id))) {
      const sum = sumOf(this.#view.figures.get(id) ?? []);
      if (sum !== undefined) this.history.add(id, { time, ...sum });
    }
  }

  #set(view: View): void {
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }
}

/** Figures change all the time, and make no other graph. */
function isSameGraph({ tables: one }: LatticeState, { tables: other }: LatticeState): boolean {
  return (
    one.hosts === other.hosts &&
    one.components === other.components &&
    one.providers === other.providers &&
    one.links === other.links &&
    one.linkTroubles === other.linkTroubles
  );
}

function byId(rows: ReadonlyMap<string, FiguresRow>): ReadonlyMap<string, readonly FiguresRow[]> {
  return Map.groupBy(rows.values(), ({ id }) => id);
}

export const StoreContext = createContext<Store>(new Store(''));

/** The view as it is now; the caller is drawn again with each change. */
export function useView(): View {
  const store = useContext(StoreContext);
  const [view, setView] = useState(store.view);
  useLayoutEffect(() => {
    // It may have changed between the drawing and now.
    setView(store.view);
    return store.subscribe(() => setView(store.view));
  }, [store]);
  return view;
}
