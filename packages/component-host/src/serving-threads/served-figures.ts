import {
  type ComponentCells,
  type InvocationFigures,
  readComponentUse,
  readFigures,
} from '@wasmlattice/wasm-runtime';

/** What a start of a component has done so far, and what it is at, over all threads or the process that serve it. */
export interface ServedFigures extends InvocationFigures {
  /** Invocations that run. */
  readonly running: number;
  /** Invocations that wait for one of those to end. */
  readonly waiting: number;
  /** Invocations that were refused because too many waited; they count among the errors. */
  readonly refused: number;
  /** Resident memory of the process that the component has for itself. */
  readonly residentBytes?: number | undefined;
}

export function servedFigures(cells: ComponentCells): ServedFigures {
  const { taken, waiting, refused } = readComponentUse(cells);
  return { ...readFigures(cells.figures, cells.threads), running: taken, waiting, refused };
}
