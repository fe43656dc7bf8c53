import { mostTraces, type TraceMessage, type TraceRow } from '../../src/model/traces.js';
import { readMessages } from './stream.js';

/** The last traces, by id, oldest first, and what there is to say about them. */
export interface Traces {
  readonly rows: ReadonlyMap<string, TraceRow>;
  /** Spans and lines that hosts had no room for. */
  readonly lost: number;
  readonly refusals: readonly string[];
}

const retryMs = 1_000;

/** Keeps traces while a page looks at them, and what there was for the next time. */
export class TraceStore {
  readonly #token: string;
  readonly #listeners = new Set<(traces: Traces) => void>();
  #following: AbortController | undefined;
  #traces: Traces = { rows: new Map(), lost: 0, refusals: [] };

  constructor(token: string) {
    this.#token = token;
  }

  get now(): Traces {
    return this.#traces;
  }

  /** Follows the traces as long as anybody listens. */
  subscribe(listener: (traces: Traces) => void): () => void {
    this.#listeners.add(listener);
    if (this.#following === undefined) {
      this.#following = new AbortController();
      void this.#follow(this.#following.signal);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#following?.abort();
      this.#following = undefined;
    };
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const message of readMessages<TraceMessage>(this.#token, '/api/traces', signal)) {
          this.#traces = takeTraces(this.#traces, message);
          for (const listener of this.#listeners) listener(this.#traces);
        }
      } catch {
        // The frame of the page says that the dashboard does not answer.
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

function takeTraces({ lost, refusals, rows }: Traces, message: TraceMessage): Traces {
  if (message.kind === 'refusal') {
    return { lost, rows, refusals: [...new Set([...refusals, message.message])] };
  }
  const all = new Map(rows);
  for (const trace of message.traces) all.set(trace.id, trace);
  return { lost: message.lost, refusals, rows: new Map([...all].slice(-mostTraces)) };
}
