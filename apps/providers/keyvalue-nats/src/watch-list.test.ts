import { describe, expect, it } from 'vitest';
import { parseWatchList } from './watch-list.js';

describe('the watch list of a link', () => {
  it('names events and keys, as for upstream', () => {
    expect(parseWatchList('SET@orders, del@orders,set@a@b,')).toEqual([
      { key: 'orders', set: true, delete: true },
      { key: 'a@b', set: true, delete: false },
    ]);
    expect(parseWatchList('')).toEqual([]);
  });

  it.each(['orders', 'GET@orders', 'SET@', '@orders'])('does not take %s', (text) => {
    expect(() => parseWatchList(text)).toThrow(/is nothing to watch: write SET@<key> or DEL@<key>/);
  });
});
