import { describe, expect, it } from 'vitest';
import { SlotTable } from './slot-table.js';

describe('SlotTable', () => {
  it('reuses the numbers of what is gone', () => {
    const table = new SlotTable<{ name: string }>();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name }));
    if (!a || !b || !c) throw new Error('unreachable');
    const slot = table.add(a);
    table.add(b);
    table.remove(slot);
    table.remove(slot);
    expect(table.size).toBe(1);
    expect(table.add(c)).toBe(slot);
    expect(table.get(slot)).toBe(c);
    expect(table.all()).toEqual([c, b]);
  });

  it('has nothing where nothing was put', () => {
    const table = new SlotTable<object>();
    for (const slot of [0, -1, 7, Number.NaN]) {
      table.remove(slot);
      expect(table.get(slot)).toBeUndefined();
    }
    expect(table.size).toBe(0);
    expect(table.add({})).toBe(0);
  });
});
