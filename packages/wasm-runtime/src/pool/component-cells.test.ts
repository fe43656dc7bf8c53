import { expect, it } from 'vitest';
import { createComponentCells, isFirstUnfinishedBody } from './component-cells.js';

it('a component is told of once, whichever thread finds it out', () => {
  const one = createComponentCells({ limit: 1, threads: 2 });
  const other = createComponentCells({ limit: 1, threads: 2 });
  // As another thread sees it.
  const elsewhere = structuredClone(one);
  expect([one, elsewhere, one].map((cells) => isFirstUnfinishedBody(cells))).toEqual([true, false, false]);
  expect(isFirstUnfinishedBody(other)).toBe(true);
});
