import { describe, expect, it } from 'vitest';
import { createEventIds } from './event-id.js';

const bytes = (value: number): Uint8Array => new Uint8Array(10).fill(value);

describe('event ids', () => {
  it('are ULIDs in the form of lower-case UUIDs: 48 bits of time, 80 of chance', () => {
    const next = createEventIds({ now: () => 0x0193_f0a5_6c1e, random: () => bytes(0xab) });
    expect(next()).toBe('0193f0a5-6c1e-abab-abab-abababababab');
  });

  it('count up within a millisecond', () => {
    const next = createEventIds({ now: () => 1, random: () => bytes(0) });
    expect([next(), next(), next()]).toEqual([
      '00000000-0001-0000-0000-000000000000',
      '00000000-0001-0000-0000-000000000001',
      '00000000-0001-0000-0000-000000000002',
    ]);
  });

  it('still grow when the clock steps back, and draw anew when it moves on', () => {
    const times = [5, 3, 6];
    const next = createEventIds({ now: () => times.shift() ?? 0, random: () => bytes(times.length) });
    expect([next(), next(), next()]).toEqual([
      '00000000-0005-0202-0202-020202020202',
      '00000000-0005-0202-0202-020202020203',
      '00000000-0006-0000-0000-000000000000',
    ]);
  });

  it('move on to the next millisecond when one is used up', () => {
    const draws = [bytes(0xff), bytes(0)];
    const next = createEventIds({ now: () => 1, random: () => draws.shift() ?? bytes(0) });
    expect([next(), next()]).toEqual([
      '00000000-0001-ffff-ffff-ffffffffffff',
      '00000000-0002-0000-0000-000000000000',
    ]);
  });

  it('are unique and sorted with the real clock', () => {
    const next = createEventIds();
    const ids = Array.from({ length: 5_000 }, next);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  });
});
