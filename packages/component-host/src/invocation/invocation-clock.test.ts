import { createComponentCells, readOldestStart } from '@wasmlattice/wasm-runtime';
import { expect, it } from 'vitest';
import { createInvocationClock } from './invocation-clock.js';

it('shows the start of the oldest invocation in flight', () => {
  let time = 5_000;
  const cells = { cells: createComponentCells({ limit: 1, threads: 2 }), thread: 1 };
  const oldest = () => readOldestStart(cells, time);
  const clock = createInvocationClock(cells, { now: () => time });
  expect(oldest()).toBeUndefined();
  const finishFirst = clock.start();
  time += 10;
  const finishSecond = clock.start();
  expect(oldest()).toBe(5_000);
  finishFirst();
  expect(oldest()).toBe(5_010);
  finishFirst();
  expect(oldest()).toBe(5_010);
  finishSecond();
  expect(oldest()).toBeUndefined();
});
