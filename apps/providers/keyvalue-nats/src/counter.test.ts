import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Counter, createCounter, type VersionedCell } from './counter.js';

/** A cell several counters compete for; others may write between a read and a replace. */
class MemoryCell implements VersionedCell {
  text = '';
  revision = 0;
  writes = 0;
  /** How many of the next replaces find that somebody else was faster. */
  interruptions = 0;

  async read(): Promise<{ value: Uint8Array; revision: number }> {
    return { value: new TextEncoder().encode(this.text), revision: this.revision };
  }

  async replace(value: Uint8Array, revision: number): Promise<'written' | 'conflict'> {
    if (this.interruptions > 0) {
      this.interruptions -= 1;
      this.revision += 1;
    }
    if (revision !== this.revision) return 'conflict';
    this.text = new TextDecoder().decode(value);
    this.revision += 1;
    this.writes += 1;
    return 'written';
  }
}

function counterOf(cell: VersionedCell, onIdle?: () => void): Counter {
  return createCounter({
    cell,
    name: '"n"',
    pause: async () => {},
    random: () => 0,
    ...(onIdle === undefined ? {} : { onIdle }),
  });
}

describe('counter', () => {
  it('counts from nothing, in decimal text', async () => {
    const cell = new MemoryCell();
    expect(await counterOf(cell).add(5n)).toBe(5n);
    expect(await counterOf(cell).add(0n)).toBe(5n);
    expect(cell.text).toBe('5');
  });

  it('answers each of many at once with a sum of its own, in few writes', async () => {
    const cell = new MemoryCell();
    const counter = counterOf(cell);
    const sums = await Promise.all(Array.from({ length: 64 }, () => counter.add(1n)));
    expect(sums).toEqual(Array.from({ length: 64 }, (_, index) => BigInt(index + 1)));
    expect(cell.writes).toBe(2);
  });

  it('loses none when several processes count', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 4 }), fc.bigInt({ min: 0n, max: 1_000n })), { maxLength: 60 }),
        async (additions) => {
          const cell = new MemoryCell();
          const counters = Array.from({ length: 5 }, () => counterOf(cell));
          const sums = await Promise.all(additions.map(([index, delta]) => counters[index]?.add(delta)));
          const total = additions.reduce((sum, [, delta]) => sum + delta, 0n);
          expect(cell.text).toBe(additions.length === 0 ? '' : total.toString());
          if (additions.length > 0) expect(sums).toContain(total);
        },
      ),
    );
  });

  it('goes on after lost races, but not for ever', async () => {
    const cell = new MemoryCell();
    cell.interruptions = 150;
    expect(await counterOf(cell).add(1n)).toBe(1n);
    cell.interruptions = 1_000;
    await expect(counterOf(cell).add(1n)).rejects.toThrow(
      'could not increment "n": it was changed by others at each of 200 attempts',
    );
    expect(cell.text).toBe('1');
  });

  it.each(['hello', '-1', '1.5', ' 1', '18446744073709551616', '1n'])(
    'refuses to count on from %j',
    async (text) => {
      const cell = new MemoryCell();
      cell.text = text;
      await expect(counterOf(cell).add(1n)).rejects.toMatchObject({
        keyvalueError: { tag: 'other', val: expect.stringMatching(/not a decimal number of 64 bits/) },
      });
      expect(cell.text).toBe(text);
    },
  );

  it.each(['+7', '007'])('counts on from %j, as upstream does', async (text) => {
    const cell = new MemoryCell();
    cell.text = text;
    expect(await counterOf(cell).add(1n)).toBe(8n);
  });

  it('refuses only those additions that 64 bits can not hold', async () => {
    const cell = new MemoryCell();
    const max = 2n ** 64n - 1n;
    cell.text = (max - 1n).toString();
    const counter = counterOf(cell);
    const first = counter.add(0n);
    const results = await Promise.allSettled([first, counter.add(5n), counter.add(1n), counter.add(1n)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(cell.text).toBe(max.toString());
  });

  it('tells everyone who waited when the store fails, and works again afterwards', async () => {
    const cell = new MemoryCell();
    const { replace } = cell;
    cell.replace = () => Promise.reject(new Error('no server'));
    let idle = 0;
    const counter = counterOf(cell, () => {
      idle += 1;
    });
    const results = await Promise.allSettled([counter.add(1n), counter.add(1n), counter.add(1n)]);
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(idle).toBe(1);
    cell.replace = replace;
    expect(await counter.add(1n)).toBe(1n);
  });
});
