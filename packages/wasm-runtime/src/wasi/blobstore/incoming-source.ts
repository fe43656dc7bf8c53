import { describeCause } from '../../errors.js';
import { type ByteSource, WakeUp } from '../io/index.js';
import type { Incoming } from './blobstore-client.js';

const ALWAYS = Promise.resolve();
const NOTHING = new Uint8Array(0);

type State =
  /** A chunk is asked for. */
  | { readonly kind: 'pulling' }
  | { readonly kind: 'holding'; readonly rest: Uint8Array }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly cause: Error };

/**
 * Data from the store as the source of an `input-stream`. Holds one chunk, so that the store sends at the pace of the
 * guest. The end is the end only when the status says so; a failure of the stream itself counts before it.
 */
export class IncomingSource implements ByteSource {
  readonly #incoming: Incoming<Uint8Array>;
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #wakeUp = new WakeUp();
  #state: State = { kind: 'pulling' };

  constructor(incoming: Incoming<Uint8Array>) {
    this.#incoming = incoming;
    this.#iterator = incoming.stream[Symbol.asyncIterator]();
    void this.#pull();
  }

  read(max: number): Uint8Array | undefined {
    const state = this.#state;
    switch (state.kind) {
      case 'pulling':
        return NOTHING;
      case 'ended':
        return undefined;
      case 'failed':
        throw state.cause;
      case 'holding':
        if (state.rest.length > max) {
          this.#state = { kind: 'holding', rest: state.rest.subarray(max) };
          return state.rest.subarray(0, max);
        }
        this.#state = { kind: 'pulling' };
        void this.#pull();
        return state.rest;
    }
  }

  isReady(): boolean {
    return this.#state.kind !== 'pulling';
  }

  ready(): Promise<void> {
    return this.isReady() ? ALWAYS : this.#wakeUp.promise();
  }

  /** Tells the sender to stop. */
  cancel(): void {
    if (this.#state.kind === 'ended' || this.#state.kind === 'failed') return;
    this.#settle({ kind: 'ended' });
    this.#iterator.return?.().catch(() => {});
  }

  async #pull(): Promise<void> {
    try {
      let step = await this.#iterator.next();
      while (!step.done && step.value.length === 0) step = await this.#iterator.next();
      this.#settle(step.done ? await this.#end() : { kind: 'holding', rest: step.value });
    } catch (cause) {
      this.#settle({ kind: 'failed', cause: new Error(describeFailedStream(cause), { cause }) });
    }
  }

  async #end(): Promise<State> {
    const status = await this.#incoming.status;
    if (status.tag === 'ok') return { kind: 'ended' };
    return { kind: 'failed', cause: new Error(status.val) };
  }

  #settle(state: State): void {
    if (this.#state.kind === 'pulling') this.#state = state;
    else if (state.kind === 'ended') this.#state = state;
    this.#wakeUp.wake();
  }
}

/** The guest's error for data that broke off. */
export function describeFailedStream(cause: unknown): string {
  return `the data from the blobstore broke off: ${describeCause(cause)}`;
}
