import { Worker } from 'node:worker_threads';
import { type SharedMemory, webAssembly } from '../engines/web-assembly.js';

/** How often guests that compute are asked to look up, in ms. */
export const tickMs = 2;

/** So many ticks without any guest, and the clock sleeps. */
const ticksUntilSleep = 50;

/** What a thread shares with the clock; can be posted to it. */
export interface ThreadClock {
  /** Its first word is set at each tick. */
  readonly word: SharedMemory;
  /** First element: 1 while the clock sleeps and each word is set; who sets one back wakes it. One for all threads. */
  readonly sleeping: Int32Array<SharedArrayBuffer>;
}

/** What the thread of the clock is told. */
export type ToClock =
  | { readonly kind: 'add'; readonly number: number; readonly word: SharedMemory }
  | { readonly kind: 'remove'; readonly number: number };

/** What the thread of the clock is born with. */
export interface ClockData {
  readonly sleeping: Int32Array<SharedArrayBuffer>;
  readonly tickMs: number;
  readonly ticksUntilSleep: number;
}

/**
 * Sets a word of each thread every {@link tickMs}, by which guests that compute come to ask what the thread wants. It has a thread
 * of its own, since no thread that does anything else is there in time, and sleeps while no guest computes.
 */
export class GuestClock {
  readonly #sleeping = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #words = new Map<number, SharedMemory>();
  #worker: Worker | undefined;
  #isClosed = false;

  constructor() {
    this.#worker = this.#startWorker();
  }

  /** For a thread that begins; `number` names it among those that there are. */
  add(number: number): ThreadClock {
    const word = new webAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    // As all words are while the clock sleeps: the first guest that looks wakes it.
    new Int32Array(word.buffer)[0] = 1;
    this.#words.set(number, word);
    this.#tell({ kind: 'add', number, word });
    return { word, sleeping: this.#sleeping };
  }

  /** The thread has ended. */
  remove(number: number): void {
    if (this.#words.delete(number)) this.#tell({ kind: 'remove', number });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  #tell(message: ToClock): void {
    this.#worker?.postMessage(message);
    Atomics.store(this.#sleeping, 0, 0);
    Atomics.notify(this.#sleeping, 0);
  }

  #startWorker(): Worker {
    const data: ClockData = { sleeping: this.#sleeping, tickMs, ticksUntilSleep };
    const entry = new URL('./guest-clock-thread.js', import.meta.url);
    const worker = new Worker(entry, { workerData: data, env: {}, name: 'guest clock' });
    worker.unref();
    // Without a clock guests would hold their threads: whatever ended it, there is another one.
    worker.on('error', () => {});
    worker.on('exit', () => {
      if (this.#isClosed) return;
      this.#worker = this.#startWorker();
      for (const [number, word] of this.#words) this.#tell({ kind: 'add', number, word });
    });
    return worker;
  }
}
