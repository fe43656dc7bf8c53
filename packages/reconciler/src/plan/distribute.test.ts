import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distribute, type Place } from './distribute.js';

function places(...counts: readonly number[]): Place[] {
  return counts.map((count, index) => ({
    hostId: `N${index}`,
    count,
    isSettled: true,
    isAvoided: false,
    preference: 100 - index,
  }));
}

const values = (counts: ReadonlyMap<string, number>): number[] => [...counts.values()];

describe('instances', () => {
  it.each([
    { size: 4, running: [0, 0, 0], become: [2, 1, 1] },
    { size: 4, running: [4, 0, 0], become: [2, 1, 1] },
    { size: 1, running: [0, 1, 0], become: [0, 1, 0] },
    { size: 1, running: [1, 1, 1], become: [1, 0, 0] },
    { size: 5, running: [0, 3, 1], become: [2, 2, 1] },
    { size: 0, running: [2, 1, 0], become: [0, 0, 0] },
    { size: 3, running: [9, 9, 9], become: [1, 1, 1] },
  ])('$size of which $running run become $become', ({ become, running, size }) => {
    expect(values(distribute(size, places(...running)))).toEqual(become);
  });

  it('do not move to a host that is young, and do go there when they are missing', () => {
    const [old, young] = places(4, 0) as [Place, Place];
    const both = [old, { ...young, isSettled: false }];
    expect(values(distribute(4, both))).toEqual([4, 0]);
    expect(values(distribute(5, both))).toEqual([3, 2]);
    expect(values(distribute(4, [old, young]))).toEqual([2, 2]);
  });

  it('leave a host that came back rather than the one that took its place', () => {
    const [first, second] = places(1, 1) as [Place, Place];
    expect(values(distribute(1, [{ ...first, isSettled: false }, second]))).toEqual([0, 1]);
  });

  it('avoid a host where they failed while there is another', () => {
    const [bad, good] = places(0, 0) as [Place, Place];
    expect(values(distribute(3, [{ ...bad, isAvoided: true }, good]))).toEqual([0, 3]);
    expect(values(distribute(3, [{ ...bad, isAvoided: true }]))).toEqual([3]);
  });

  it('are as many as wanted, and stay where they were put', () => {
    const place = fc.record({
      count: fc.nat(8),
      isSettled: fc.boolean(),
      isAvoided: fc.boolean(),
      preference: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.nat(2_000), fc.array(place, { minLength: 1, maxLength: 6 }), (size, given) => {
        const all = given.map((each, index) => ({ ...each, hostId: `N${index}` }));
        const counts = distribute(size, all);
        expect(values(counts).reduce((sum, count) => sum + count, 0)).toBe(size);
        expect(Math.min(...values(counts))).toBeGreaterThanOrEqual(0);
        const after = all.map((each) => ({ ...each, count: counts.get(each.hostId) ?? 0 }));
        expect(distribute(size, after)).toEqual(counts);
        expect(distribute(size, [...all].reverse())).toEqual(counts);
      }),
    );
  });
});
