import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IdleInstances } from './idle-instances.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('IdleInstances', () => {
  it('hands out the last one that was put', () => {
    const idle = new IdleInstances();
    const [first, second] = [{ bytes: 1 }, { bytes: 1 }];
    idle.put(first);
    idle.put(second);
    expect([idle.take(), idle.take(), idle.take()]).toEqual([second, first, undefined]);
  });

  it('keeps no more than its limits allow', () => {
    const idle = new IdleInstances({ maxInstances: 2, maxBytes: 10 });
    idle.put({ bytes: 11 });
    expect(idle.count).toBe(0);
    idle.put({ bytes: 5 });
    idle.put({ bytes: 6 });
    expect(idle.count).toBe(1);
    idle.put({ bytes: 5 });
    idle.put({ bytes: 0 });
    expect(idle.count).toBe(2);
    idle.take();
    idle.put({ bytes: 5 });
    expect(idle.count).toBe(2);
  });

  it('drops what nobody needed for a while and keeps what is in use', () => {
    const idle = new IdleInstances({ maxIdleMs: 1000 });
    for (let i = 0; i < 5; i++) idle.put({ bytes: 1 });
    vi.advanceTimersByTime(1000);
    const taken = [idle.take(), idle.take()];
    for (const one of taken) idle.put(one ?? { bytes: 0 });
    vi.advanceTimersByTime(1000);
    expect(idle.count).toBe(2);
    vi.advanceTimersByTime(1000);
    expect(idle.count).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps nothing while there is little room, and drops all when told to', () => {
    const pressure = { isPressed: false };
    const idle = new IdleInstances({ maxIdleMs: 1000, maxBytes: 2 }, pressure);
    for (let i = 0; i < 2; i++) idle.put({ bytes: 1 });
    pressure.isPressed = true;
    expect(idle.dropAll()).toBe(2);
    expect(idle.dropAll()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    idle.put({ bytes: 1 });
    expect(idle.count).toBe(0);
    pressure.isPressed = false;
    for (let i = 0; i < 3; i++) idle.put({ bytes: 1 });
    expect(idle.count).toBe(2);
    vi.advanceTimersByTime(2000);
    expect(idle.count).toBe(0);
  });

  it('keeps nothing once it is closed; closing twice is fine', () => {
    const idle = new IdleInstances();
    idle.put({ bytes: 1 });
    idle.close();
    idle.close();
    idle.put({ bytes: 1 });
    expect(idle.count).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
