import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { giveBackMemory } from './give-back-memory.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('collects once, after the start, where Node.js lets it', () => {
  const gc = vi.fn();
  vi.stubGlobal('gc', gc);
  giveBackMemory();
  expect(gc).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(gc.mock.calls).toEqual([[{ type: 'major', execution: 'async', flavor: 'last-resort' }]]);
});

it('does nothing elsewhere', () => {
  vi.stubGlobal('gc', undefined);
  giveBackMemory();
  expect(vi.getTimerCount()).toBe(0);
});
