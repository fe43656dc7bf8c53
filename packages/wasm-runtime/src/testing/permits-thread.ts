/** Entry of a thread that takes and gives permits as it is told, and keeps count of those that are in use at once. */
import { parentPort, workerData } from 'node:worker_threads';
import { type CellBlock, cellAddress, viewCells } from '../pool/cell-memory.js';
import { cellSteps } from '../pool/cell-steps.js';
import type { ComponentCells } from '../pool/component-cells.js';
import { Permits } from '../pool/permits.js';

/** Callers that all take permits at once, again and again. */
export interface Round {
  readonly cells: ComponentCells;
  readonly thread: number;
  readonly callers: number;
  /** Permits that each caller takes, one after the other. */
  readonly times: number;
  /** For how many turns of the event loop a permit is held, at most: 0 is not at all. */
  readonly turns: number;
  /** Each so many-th wait is given up at once; 0: none. */
  readonly leaveEvery: number;
  /** Cells of {@link useCell}; after them one for each thread. */
  readonly use: CellBlock;
  /** After how many permits a `progress` is posted; 0: never. */
  readonly tellEvery: number;
  readonly patrolMs: number;
}

export const useCell = { now: 0, most: 1, limit: 2, firstThread: 3 } as const;

export type ThreadReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress' }
  /** How many permits were taken. */
  | { readonly kind: 'done'; readonly served: number };

const report = (message: ThreadReport): void => parentPort?.postMessage(message);
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function run(round: Round): Promise<number> {
  const { cells, thread, callers, times, turns, leaveEvery, tellEvery, patrolMs } = round;
  const use = viewCells(round.use);
  const steps = cellSteps(round.use.memory);
  const [nowAt, ownAt, limitAt] = [useCell.now, useCell.firstThread + thread, useCell.limit].map((cell) =>
    cellAddress(round.use, cell),
  ) as [number, number, number];
  const permits = new Permits({ component: 'shared', cells: { cells, thread }, patrolMs });
  let served = 0;
  let tries = 0;
  /** What a guest would do. */
  const work = async (id: number): Promise<void> => {
    steps.takeBelow(nowAt, ownAt, 1, limitAt);
    const now = Atomics.load(use, useCell.now);
    for (let seen = Atomics.load(use, useCell.most); now > seen; seen = Atomics.load(use, useCell.most)) {
      if (Atomics.compareExchange(use, useCell.most, seen, now) === seen) break;
    }
    for (let turn = (served + id) % (turns + 1); turn > 0; turn--) await nextTurn();
    steps.giveBack(nowAt, ownAt, 1, nowAt);
  };
  const caller = async (id: number): Promise<void> => {
    for (let taken = 0; taken < times; ) {
      const left = new AbortController();
      const acquiring = permits.acquire(left.signal);
      if (leaveEvery > 0 && ++tries % leaveEvery === 0) left.abort();
      const release = await acquiring.catch(() => undefined);
      if (release === undefined) {
        // Others have their turn before it tries again.
        await nextTurn();
        continue;
      }
      await work(id);
      release();
      taken++;
      served++;
      if (tellEvery > 0 && served % tellEvery === 0) report({ kind: 'progress' });
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, id) => caller(id)));
  return served;
}

parentPort?.on('message', (round: Round) => {
  void run(round).then((served) => report({ kind: 'done', served }));
});
if (workerData !== undefined) report({ kind: 'ready' });
