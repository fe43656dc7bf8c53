/**
 * What the threads of a host and its control plane share of a canary: how much it is to get, and what came of the invocations since it
 * began. All members are read and written atomically; counts begin anew after 2³².
 */
export type CanaryCells = Int32Array<SharedArrayBuffer>;

/** The version that answers a call while two run. */
export type CanarySide = 'stable' | 'canary';

/** Invocations that are over, since a canary began. */
export interface CanaryCount {
  readonly invocations: number;
  /** Of these, those that failed, or answered an HTTP request with a status of 500 or more. */
  readonly errors: number;
}

export interface CanaryFigures {
  readonly stable: CanaryCount;
  readonly canary: CanaryCount;
}

const shareCell = 0;
const cellsOf = { stable: { invocations: 1, errors: 2 }, canary: { invocations: 3, errors: 4 } } as const;

/** @param share of the calls, from 0 to 1 */
export function createCanaryCells(share: number): CanaryCells {
  const cells: CanaryCells = new Int32Array(new SharedArrayBuffer(5 * Int32Array.BYTES_PER_ELEMENT));
  setCanaryShare(cells, share);
  return cells;
}

const whole = 1_000_000;

/** From the next call on. */
export function setCanaryShare(cells: CanaryCells, share: number): void {
  Atomics.store(cells, shareCell, Math.round(Math.min(1, Math.max(0, share)) * whole));
}

export function readCanaryShare(cells: CanaryCells): number {
  return Atomics.load(cells, shareCell) / whole;
}

export function countCanaryCall(cells: CanaryCells, side: CanarySide, isOk: boolean): void {
  Atomics.add(cells, cellsOf[side].invocations, 1);
  if (!isOk) Atomics.add(cells, cellsOf[side].errors, 1);
}

export function readCanaryFigures(cells: CanaryCells): CanaryFigures {
  const read = (side: CanarySide): CanaryCount => ({
    invocations: Atomics.load(cells, cellsOf[side].invocations) >>> 0,
    errors: Atomics.load(cells, cellsOf[side].errors) >>> 0,
  });
  return { stable: read('stable'), canary: read('canary') };
}
