import { expect, it } from 'vitest';
import { CellAllocator } from './cell-memory.js';
import { createComponentCells } from './component-cells.js';
import { createFigureWriter, durationBoundsMs, noFigures, readFigures } from './component-figures.js';

const allocator = new CellAllocator();

it('figures of threads add up, and are those of one component alone', () => {
  const [one, other] = [1, 2].map(() => createComponentCells({ limit: 4, threads: 2 }, allocator));
  if (one === undefined || other === undefined) throw new Error('there are two');
  const [first, second] = [0, 1].map((thread) => createFigureWriter(one.figures, thread));
  first?.over(0.1, true);
  first?.over(0.2, false);
  second?.over(90_000, true);
  first?.computed(5);
  first?.computed(8);
  second?.computed(2);

  const durations = [1, 1, ...durationBoundsMs.slice(2).map(() => 0), 1];
  expect(readFigures(one.figures, 2)).toEqual({
    invocations: 3,
    errors: 1,
    durationMs: 90_000.3,
    computedMs: 10,
    durations,
  });
  expect(readFigures(other.figures, 2)).toEqual(noFigures);
});

it('a thread that takes the place of another counts on', () => {
  const { figures } = createComponentCells({ limit: 1, threads: 1 }, allocator);
  const before = createFigureWriter(figures, 0);
  before.over(1, true);
  before.computed(100);
  const after = createFigureWriter(figures, 0);
  after.over(1, true);
  after.computed(1);
  expect(readFigures(figures, 1)).toMatchObject({ invocations: 2, computedMs: 101 });
});
