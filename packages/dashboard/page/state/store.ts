import { createContext } from 'preact';
import { useContext, useLayoutEffect, useState } from 'preact/hooks';
import type { DashboardMessage } from '../../src/model/messages.js';
import { emptyState, type LatticeState, takeMessage } from './lattice-state.js';
import { readMessages, StreamRefusedError } from './stream.js';
import { dropToken } from './token.js';
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
}

const firstRetryMs = 500;
const longestRetryMs = 5_000;

/** Keeps the view as the server tells it, for as long as the page is open. */
export class Store {
  readonly #token: string;
  readonly #listeners = new Set<() => void>();
  #view: View = { stream: 'opening', state: emptyState, graph: graphOf(emptyState.tables) };

  constructor(token: string) {
    this.#token = token;
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
        for await (const message of readMessages(this.#token)) {
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
    const isSame = state.tables === this.#view.state.tables;
    this.#set({ stream: 'live', state, graph: isSame ? this.#view.graph : graphOf(state.tables) });
  }

  #set(view: View): void {
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }
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
