import {
  createPermitBudget,
  createPermitTally,
  reclaimPermits,
  setPermitLimit,
} from '@wasmlattice/wasm-runtime';
import type { PreparedComponent } from '@wasmlattice/wasm-runtime/engines';
import type { ComponentRecord, ComponentStart, ConfigEntries, LinkRow } from '../component-record.js';
import { invocationClockBytes, readOldestStart } from '../invocation/invocation-clock.js';

/** A component's part in one thread. */
interface Share {
  held: SharedArrayBuffer;
  clock: SharedArrayBuffer;
}

/** One start of a component as the control plane knows it: what every thread is told, and what the threads share. */
export class ServedComponent {
  readonly generation: number;
  /** Whether the threads have taken it: only then a thread that takes the place of another is told of it. */
  isAccepted = false;
  #start: Omit<ComponentStart, 'bytes'>;
  readonly #prepared: PreparedComponent;
  readonly #budget: SharedArrayBuffer;
  /** By the index of the thread. */
  readonly #shares: Share[];

  constructor(options: {
    readonly generation: number;
    readonly start: Omit<ComponentStart, 'bytes'>;
    readonly prepared: PreparedComponent;
    readonly threads: number;
  }) {
    const { generation, start, prepared, threads } = options;
    this.generation = generation;
    this.#start = start;
    this.#prepared = prepared;
    this.#budget = createPermitBudget(start.maxInstances);
    this.#shares = Array.from({ length: threads }, newShare);
  }

  get componentId(): string {
    return this.#start.componentId;
  }

  get maxExecutionTimeMs(): number {
    return this.#start.maxExecutionTimeMs;
  }

  /** What the thread of this index is told. */
  recordFor(thread: number): ComponentRecord {
    const { held, clock } = this.#share(thread);
    return {
      ...this.#start,
      prepared: this.#prepared,
      generation: this.generation,
      permits: { budget: this.#budget, held },
      clock,
    };
  }

  scale(maxInstances: number): void {
    this.#start = { ...this.#start, maxInstances };
    setPermitLimit(this.#budget, maxInstances);
  }

  setLinks(links: readonly LinkRow[]): void {
    this.#start = { ...this.#start, links };
  }

  setConfig(config: ConfigEntries): void {
    this.#start = { ...this.#start, config };
  }

  /** When the oldest invocation in a thread began, in ms since the epoch; `undefined` when none runs there. */
  oldestStart(thread: number): number | undefined {
    return readOldestStart(this.#share(thread).clock);
  }

  /** The thread is gone: what it held is free again, and the one that takes its place begins with nothing. */
  reclaim(thread: number): void {
    reclaimPermits({ budget: this.#budget, held: this.#share(thread).held });
    this.#shares[thread] = newShare();
  }

  #share(thread: number): Share {
    const share = this.#shares[thread];
    if (share === undefined) throw new RangeError(`there is no serving thread ${thread}`);
    return share;
  }
}

function newShare(): Share {
  return { held: createPermitTally(), clock: new SharedArrayBuffer(invocationClockBytes) };
}
