import { describe, expect, it } from 'vitest';
import { watchedKeys } from './watched-keys.js';

describe('the watch list of a link', () => {
  it('names events and keys, as for upstream', () => {
    expect(watchedKeys.read('SET@orders, del@orders,set@a@b,')).toEqual([
      { key: 'orders', set: true, delete: true },
      { key: 'a@b', set: true, delete: false },
    ]);
  });

  it.each(['orders', 'GET@orders', 'SET@', '@orders'])('does not take %s', (text) => {
    expect(() => watchedKeys.read(text)).toThrow(/is nothing to watch: write SET@<key> or DEL@<key>/);
  });
});
