import {
  type CellAllocator,
  type ComponentCells,
  createComponentCells,
  monotonicMs,
  readComponentUse,
  readLastStart,
  readOldestStart,
  reclaimThread,
  setPermitLimit,
} from '@wasmlattice/wasm-runtime';
import type { CodeLease } from '../code/code-keeper.js';
import type {
  ComponentRecord,
  ComponentStart,
  ConfigEntries,
  LinkRow,
  SecretEntries,
} from '../component-record.js';
import { type ServedFigures, servedFigures } from './served-figures.js';

/** One start of a component as the control plane knows it: what every thread is told, and what the threads share. */
export class ServedComponent {
  readonly generation: number;
  /** Whether the threads have taken it, and are not to stop it: only then a thread that takes the place of another is told of it. */
  isAccepted = false;
  /** When its invocations are to be over because it is stopped, by `monotonicMs`. */
  stopBy: number | undefined;
  #start: Omit<ComponentStart, 'bytes'>;
  readonly #code: CodeLease;
  readonly #startedAt = monotonicMs();
  readonly #cells: ComponentCells;

  constructor(options: {
    readonly generation: number;
    readonly start: Omit<ComponentStart, 'bytes'>;
    readonly code: CodeLease;
    readonly threads: number;
    readonly allocator: CellAllocator;
  }) {
    const { generation, start, code, threads, allocator } = options;
    this.generation = generation;
    this.#start = start;
    this.#code = code;
    this.#cells = createComponentCells({ limit: start.maxInstances, threads }, allocator);
  }

  get componentId(): string {
    return this.#start.componentId;
  }

  get imageRef(): string {
    return this.#start.imageRef;
  }

  get maxExecutionTimeMs(): number {
    return this.#start.limits['execution-time'];
  }

  get code(): CodeLease {
    return this.#code;
  }

  /** What the thread of this index is told. */
  recordFor(thread: number): ComponentRecord {
    return {
      ...this.#start,
      outline: this.#code.outline,
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

  setSecrets(secrets: SecretEntries): void {
    this.#start = { ...this.#start, secrets };
  }

  figures(): ServedFigures {
    return servedFigures(this.#cells);
  }

  /** When it was called last, by `monotonicMs`; `undefined` while calls run or wait. */
  calledAt(): number | undefined {
    const { taken, waiting } = readComponentUse(this.#cells);
    return taken > 0 || waiting > 0 ? undefined : (readLastStart(this.#cells) ?? this.#startedAt);
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
