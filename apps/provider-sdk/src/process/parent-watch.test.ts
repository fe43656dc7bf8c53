import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchParent } from './parent-watch.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('parent watch', () => {
  it('tells once that the process has another parent', () => {
    let parent = 7;
    const onGone = vi.fn();
    watchParent({ expected: 7, parentId: () => parent, onGone });
    vi.advanceTimersByTime(60_000);
    expect(onGone).not.toHaveBeenCalled();
    parent = 1;
    vi.advanceTimersByTime(60_000);
    expect(onGone).toHaveBeenCalledOnce();
  });

  it('tells nothing once it is ended', () => {
    const onGone = vi.fn();
    const unwatch = watchParent({ expected: 7, parentId: () => 1, onGone });
    unwatch();
    unwatch();
    vi.advanceTimersByTime(60_000);
    expect(onGone).not.toHaveBeenCalled();
  });
});
