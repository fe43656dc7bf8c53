import { expect, it } from 'vitest';
import { createInvocationClock, invocationClockBytes, readOldestStart } from './invocation-clock.js';

it('shows the start of the oldest invocation in flight', () => {
  let time = 5_000;
  const memory = new SharedArrayBuffer(invocationClockBytes);
  const clock = createInvocationClock(memory, () => time);
  expect(readOldestStart(memory)).toBeUndefined();
  const finishFirst = clock.start();
  time += 10;
  const finishSecond = clock.start();
  expect(readOldestStart(memory)).toBe(5_000);
  finishFirst();
  expect(readOldestStart(memory)).toBe(5_010);
  finishFirst();
  expect(readOldestStart(memory)).toBe(5_010);
  finishSecond();
  expect(readOldestStart(memory)).toBeUndefined();
});
