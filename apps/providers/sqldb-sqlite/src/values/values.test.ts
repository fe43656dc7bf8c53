import { decomposeFloat, type PgValue } from '@wasmlattice/postgres-interface';
import { describe, expect, it } from 'vitest';
import { readValue } from './read-value.js';
import type { SqliteValue } from './sqlite-value.js';
import { writeValue } from './write-value.js';

const f8 = (value: number): PgValue => ({ tag: 'float8', val: decomposeFloat(value, 8) });
const noon = { hour: 12, min: 34, sec: 56, micro: 0 };
const at = (ymd: [number, number, number]) => ({ date: { tag: 'ymd', val: ymd } as const, time: noon });

describe('a value of a column', () => {
  it.each<[declared: string | undefined, value: SqliteValue, read: PgValue]>([
    [undefined, 1n, { tag: 'int8', val: 1n }],
    ['INTEGER', 2n ** 31n - 1n, { tag: 'int4', val: 2 ** 31 - 1 }],
    ['INTEGER', 2n ** 31n, { tag: 'int8', val: 2n ** 31n }],
    ['SmallInt', 40_000n, { tag: 'int8', val: 40_000n }],
    ['BOOLEAN', 1n, { tag: 'bool', val: true }],
    ['BOOLEAN', 2n, { tag: 'int8', val: 2n }],
    ['decimal (10, 2)', 1.5, { tag: 'numeric', val: '1.5' }],
    ['numeric', 'many', { tag: 'text', val: 'many' }],
    ['real', 0.1, f8(0.1)],
    ['int', 'five', { tag: 'text', val: 'five' }],
    ['my own type', 'x', { tag: 'text', val: 'x' }],
    ['date', 'tomorrow', { tag: 'text', val: 'tomorrow' }],
    ['DATETIME', '2024-02-29T12:34:56', { tag: 'timestamp', val: at([2024, 2, 29]) }],
    [
      'timestamptz',
      '2024-02-29 12:34:56Z',
      {
        tag: 'timestamp-tz',
        val: { timestamp: at([2024, 2, 29]), offset: { tag: 'western-hemisphere-secs', val: 0 } },
      },
    ],
    ['timestamptz', '2024-02-29 12:34:56+02:00', { tag: 'text', val: '2024-02-29 12:34:56+02:00' }],
    ['uuid', Uint8Array.of(1), { tag: 'bytea', val: Uint8Array.of(1) }],
  ])('declared as %s, %s, has the case of the type where it has its form', (declared, value, read) => {
    expect(readValue(value, declared)).toEqual(read);
  });
});

describe('a parameter', () => {
  it('with an offset is stored as its time in UTC', () => {
    const value = (
      ymd: [number, number, number],
      tag: 'eastern-hemisphere-secs' | 'western-hemisphere-secs',
    ) => writeValue({ tag: 'timestamp-tz', val: { timestamp: at(ymd), offset: { tag, val: 13 * 3_600 } } });
    expect(value([2024, 3, 1], 'eastern-hemisphere-secs')).toBe('2024-02-29 23:34:56.000000+00:00');
    expect(value([2024, 2, 28], 'western-hemisphere-secs')).toBe('2024-02-29 01:34:56.000000+00:00');
  });

  it.each<PgValue>([
    { tag: 'int4-array', val: [1] },
    { tag: 'point', val: [decomposeFloat(1, 8), decomposeFloat(2, 8)] },
    { tag: 'float8', val: decomposeFloat(Number.NaN, 8) },
    { tag: 'date', val: { tag: 'positive-infinity' } },
    { tag: 'date', val: { tag: 'ymd', val: [-43, 3, 15] } },
    { tag: 'hstore', val: [] },
  ])('of the case $tag is refused rather than stored as something else', (value) => {
    expect(() => writeValue(value)).toThrow(/^SQLite/);
  });
});
