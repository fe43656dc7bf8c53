import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  describeLimit,
  fixedLimitNames,
  fixedLimitTable,
  hostLimitAdvice,
  limitAdvice,
  limitNames,
  limitTable,
} from './limit-table.js';

const repository = new URL('../../../../', import.meta.url);

describe('the table of limits', () => {
  it.each(limitNames)('%s has a default within its bounds', (limit) => {
    const { least, most, fallback } = limitTable[limit];
    for (const value of [least, most, fallback]) expect(Number.isSafeInteger(value)).toBe(true);
    expect(least).toBeGreaterThan(0);
    expect(least).toBeLessThanOrEqual(fallback);
    expect(fallback).toBeLessThanOrEqual(most);
  });

  it.each([
    ...limitNames.map((limit) => [limit, limitTable[limit]] as const),
    ...fixedLimitNames.map((limit) => [limit, fixedLimitTable[limit]] as const),
  ])('%s is enforced where the table says', async (limit, { enforcedIn }) => {
    const texts = await Promise.all(enforcedIn.map((file) => readFile(new URL(file, repository), 'utf8')));
    expect(texts.filter((text) => text.includes(`'${limit}'`) || text.includes(`.${limit}`))).not.toEqual([]);
  });

  it('has a flag and a variable of its own for each', () => {
    const rows = Object.values(limitTable);
    for (const key of ['flag', 'variable'] as const) {
      expect(new Set(rows.map((row) => row[key])).size).toBe(rows.length);
    }
  });

  it('says what raises a limit', () => {
    expect(limitAdvice('handles')).toBe(
      "raise the component's config wasmlattice.dev/limits.handles or the host's --max-handles",
    );
    expect(limitAdvice('memory')).toBe(
      "raise the component's max_memory_limit, its config wasmlattice.dev/limits.memory or the host's --max-linear-memory-bytes",
    );
    expect(limitAdvice('blocked-time')).toBe('have it return sooner, since this limit is fixed');
    expect(describeLimit('blocked-time', 100)).toBe('100 ms');
    expect(hostLimitAdvice('handles')).toBe("raise the host's --max-handles");
    expect(limitAdvice('stack')).toBe("raise the host's --max-stack-bytes");
    expect(describeLimit('log-rate', 5)).toBe('5 a second');
    expect(describeLimit('tables', 20)).toBe('20');
  });
});
