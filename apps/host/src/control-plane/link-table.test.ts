import type { Link } from '@wasmlattice/control-interface';
import { describe, expect, it } from 'vitest';
import { conflictingLink, goneLinks, linkRows, newLinks, withLink, withoutLink } from './link-table.js';

const keyvalue: Link = {
  sourceId: 'counter',
  target: 'kv',
  name: 'default',
  witNamespace: 'wasi',
  witPackage: 'keyvalue',
  interfaces: ['store', 'atomics'],
  sourceConfig: [],
  targetConfig: ['bucket'],
};

describe('link table', () => {
  it('has one row for each interface, without version', () => {
    expect(linkRows([keyvalue])).toEqual([
      { linkName: 'default', instance: 'wasi:keyvalue/store', target: 'kv' },
      { linkName: 'default', instance: 'wasi:keyvalue/atomics', target: 'kv' },
    ]);
  });

  it('sees a conflict only with a common interface and another target', () => {
    const elsewhere = { ...keyvalue, target: 'redis' };
    expect(conflictingLink([keyvalue], elsewhere)).toBe(keyvalue);
    expect(conflictingLink([keyvalue], { ...elsewhere, interfaces: ['batch'] })).toBeUndefined();
    expect(conflictingLink([keyvalue], { ...elsewhere, name: 'other' })).toBeUndefined();
    expect(conflictingLink([keyvalue], keyvalue)).toBeUndefined();
  });

  it('puts a known link in place and a new one at the end', () => {
    const other = { ...keyvalue, name: 'other' };
    const changed = { ...keyvalue, interfaces: ['store'] };
    expect(withLink([keyvalue, other], changed)).toEqual([changed, other]);
    expect(withLink([keyvalue], other)).toEqual([keyvalue, other]);
  });

  it('takes out the first link of a slot', () => {
    const other = { ...keyvalue, name: 'other' };
    expect(withoutLink([keyvalue, other], keyvalue)).toEqual({ removed: keyvalue, rest: [other] });
    expect(withoutLink([other], keyvalue)).toEqual({ rest: [other] });
  });

  it('counts a link with other interfaces or configs as new, an equal one not', () => {
    const changed = { ...keyvalue, targetConfig: ['bucket', 'more'] };
    expect(newLinks([keyvalue], [{ ...keyvalue }])).toEqual([]);
    expect(newLinks([keyvalue], [changed])).toEqual([changed]);
    expect(goneLinks([keyvalue], [changed])).toEqual([]);
    expect(goneLinks([keyvalue], [])).toEqual([keyvalue]);
  });
});
