import {
  type CellAllocator,
  type ComponentCells,
  type ComponentUse,
  createComponentCells,
  readComponentUse,
  readOldestStart,
  reclaimThread,
  setPermitLimit,
} from '@wasmlattice/wasm-runtime';
import type { PreparedComponent } from '@wasmlattice/wasm-runtime/engines';
import type { ComponentRecord, ComponentStart, ConfigEntries, LinkRow } from '../component-record.js';

/** One start of a component as the control plane knows it: what every thread is told, and what the threads share. */
export class ServedComponent {
  readonly generation: number;
  /** Whether the threads have taken it: only then a thread that takes the place of another is told of it. */
  isAccepted = false;
  #start: Omit<ComponentStart, 'bytes'>;
  readonly #prepared: PreparedComponent;
  readonly #cells: ComponentCells;

  constructor(options: {
    readonly generation: number;
    readonly start: Omit<ComponentStart, 'bytes'>;
    readonly prepared: PreparedComponent;
    readonly threads: number;
    readonly allocator: CellAllocator;
  }) {
    const { generation, start, prepared, threads, allocator } = options;
    this.generation = generation;
    this.#start = start;
    this.#prepared = prepared;
    this.#cells = createComponentCells({ limit: start.maxInstances, threads }, allocator);
  }

  get componentId(): string {
    return this.#start.componentId;
  }

  get maxExecutionTimeMs(): number {
    return this.#start.maxExecutionTimeMs;
  }

  /** What the thread of this index is told. */
  recordFor(thread: number): ComponentRecord {
    return {
      ...this.#start,
      prepared: this.#prepared,
      generation: this.generation,
      cells: { cells: this.#cells, thread },
    };
  }

  scale(maxInstances: number): void {
    this.#start = { ...this.#start, maxInstances };
    setPermitLimit(this.#cells, maxInstances);
  }

  setLinks(links: readonly LinkRow[]): void {
    this.#start = { ...this.#start, links };
  }

  setConfig(config: ConfigEntries): void {
    this.#start = { ...this.#start, config };
  }

  /** What it uses of its limits in all threads. */
  get use(): ComponentUse {
    return readComponentUse(this.#cells);
  }

  /** When the oldest invocation in a thread began, by `monotonicMs`; `undefined` when none runs there. */
  oldestStart(thread: number, now: number): number | undefined {
    return readOldestStart({ cells: this.#cells, thread }, now);
  }

  /** The thread is gone: what it held is free again, and the one that takes its place begins with nothing. */
  reclaim(thread: number): void {
    reclaimThread({ cells: this.#cells, thread });
  }
}
