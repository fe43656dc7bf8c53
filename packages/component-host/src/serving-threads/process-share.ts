import { join } from 'node:path';
import { type Logger, type Meter, noopMeter, type Observation } from '@wasmlattice/telemetry';
import {
  beginFurtherThread,
  CellAllocator,
  createProcessBudgets,
  GuestClock,
  isMemoryShort,
  type ProcessBudgets,
  type ProcessCeilings,
  readProcessCeilings,
  reclaimThreadBudgets,
  type ThreadClock,
} from '@wasmlattice/wasm-runtime';
import { createPreparer, type Preparer, type PreparerOptions } from '@wasmlattice/wasm-runtime/engines';
import { CodeKeeper } from '../code/code-keeper.js';
import { CodeStore } from '../code/code-store.js';
import { watchBudgets } from './watch-budgets.js';

/** As many threads run guests in this process as there may be. */
export class NoThreadLeftError extends Error {
  override readonly name = 'NoThreadLeftError';

  constructor(most: number) {
    super(
      `${most} threads run components in this process, and there may be no more: let components share threads, or start this one on another host`,
    );
  }
}

type SharePreparer = Pick<Preparer, 'prepare' | 'warm' | 'close'>;

export interface ProcessShareOptions {
  /** How many threads serve as long as the process. */
  readonly threads: number;
  /** Most threads that may come and go besides; none by default. */
  readonly furtherThreads?: number;
  /** What all guests together may use of the process, where it is not what the system says. */
  readonly ceilings?: Partial<ProcessCeilings>;
  /** What makes code of components. */
  readonly engine: NonNullable<PreparerOptions['engine']>;
  /** Where the components and their code are kept. */
  readonly cacheDir: string;
  readonly logger: Logger;
  /** Takes what is used of the budgets of the process. */
  readonly meter?: Meter;
  /**
   * How much code may stay loaded without being called, in bytes of WebAssembly; the least used beyond is parked. By default an
   * eighth of what there may be of resident memory.
   */
  readonly codeBudgetBytes?: number;
  /** Makes code of components, in a thread that serves nothing; another one in tests. */
  readonly preparer?: SharePreparer;
}

/**
 * What all groups of serving threads of a process have in common: the budgets, with a number for each thread, the code of
 * components, and the thread that makes it.
 */
export class ProcessShare {
  readonly ceilings: ProcessCeilings;
  readonly budgets: ProcessBudgets;
  readonly code: CodeKeeper;
  readonly #clock = new GuestClock();
  /** For what the threads of a group share of a component. */
  readonly allocator: CellAllocator = new CellAllocator();
  readonly #lastingThreads: number;
  /** Numbers that no thread has, the least first. */
  readonly #free: number[];
  readonly #preparer: SharePreparer;
  readonly #closeBudgets: () => void;
  readonly #observations: readonly Observation[];
  readonly #makingRoom: NodeJS.Timeout;

  constructor(options: ProcessShareOptions) {
    const { threads, furtherThreads = 0, engine, cacheDir, logger, meter = noopMeter } = options;
    this.ceilings = readProcessCeilings(options.ceilings);
    this.budgets = createProcessBudgets({ threads, furtherThreads, ceilings: this.ceilings });
    this.#preparer =
      options.preparer ??
      createPreparer({ engine: { ...engine, cacheDir }, logger: logger.named('preparer') });
    this.code = new CodeKeeper({
      store: new CodeStore(join(cacheDir, 'code'), logger.named('code')),
      preparer: this.#preparer,
      budgetBytes: options.codeBudgetBytes ?? this.ceilings['resident-memory'] * codeShare,
      logger: logger.named('code'),
    });
    this.#observations = observeCode(this.code, meter);
    this.#makingRoom = setInterval(() => this.#makeRoom(), makingRoomMs).unref();
    this.#preparer.warm();
    this.#lastingThreads = threads;
    this.#free = Array.from({ length: threads + furtherThreads }, (_, number) => number);
    this.#closeBudgets = watchBudgets({ budgets: this.budgets, meter, logger });
  }

  /**
   * Numbers for the threads of a group, which gives them back by {@link ProcessShare.giveNumbers} when those have ended.
   *
   * @throws NoThreadLeftError
   */
  takeNumbers(count: number): number[] {
    if (count > this.#free.length) throw new NoThreadLeftError(this.budgets.threads);
    return this.#free.splice(0, count);
  }

  giveNumbers(numbers: readonly number[]): void {
    this.#free.push(...numbers);
    this.#free.sort((a, b) => a - b);
  }

  /** By which guests of a thread that is about to be started come to be interrupted. */
  clockOf(number: number): ThreadClock {
    return this.#clock.add(number);
  }

  /** A thread with this number is started. */
  beginThread(number: number): void {
    if (number >= this.#lastingThreads) beginFurtherThread({ budgets: this.budgets, thread: number });
  }

  /** It has ended. */
  endThread(number: number): void {
    this.#clock.remove(number);
    reclaimThreadBudgets({ budgets: this.budgets, thread: number });
  }

  /** To be called when all its threads have ended, or are about to; safe to call twice. */
  async close(): Promise<void> {
    clearInterval(this.#makingRoom);
    this.#closeBudgets();
    for (const observation of this.#observations) observation.close();
    await Promise.all([this.#preparer.close(), this.#clock.close()]);
  }

  /** What was in use when it was one too much may be idle now. With little memory half of the code that is loaded is too much. */
  #makeRoom(): void {
    const isShort = isMemoryShort(this.budgets);
    void this.code.makeRoom(isShort ? this.code.loadedBytes / 2 : undefined);
  }
}

/** Of the ceiling of resident memory: machine code takes a multiple of its WebAssembly. */
const codeShare = 1 / 8;
const makingRoomMs = 250;

function observeCode(keeper: CodeKeeper, meter: Meter): readonly Observation[] {
  return [
    meter.observe('wasmlattice.code.loaded', () => keeper.loadedBytes, {
      description: 'WebAssembly of components that is loaded',
      unit: 'By',
    }),
    meter.observe('wasmlattice.code.parked', () => keeper.counts.parked, {
      description: 'Components, by their code, that are loaded again when they are called',
    }),
  ];
}
