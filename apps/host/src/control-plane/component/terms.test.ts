import { defaultLimits } from '@wasmlattice/wasm-runtime';
import { describe, expect, it } from 'vitest';
import { isolationKey } from './isolation.js';
import { guestConfig, keepTerms, sameTerms, termsOf } from './terms.js';

const handlesKey = 'wasmlattice.dev/limits.handles';
const host = { limits: defaultLimits, residentMemoryBytes: 1_000_000_000 };
const tier = (name: string): Record<string, string> => ({ [isolationKey]: name });

describe('the terms of a component', () => {
  it('are what it shares and what it may take', () => {
    const settings = { annotations: tier('thread'), limits: undefined };
    const terms = termsOf(settings, new Map([[handlesKey, '100']]), host);
    expect(terms).toEqual({ isolation: 'thread', limits: { ...defaultLimits, handles: 100 } });
    expect(sameTerms(terms, termsOf(settings, new Map([[handlesKey, '100']]), host))).toBe(true);
    expect(sameTerms(terms, termsOf(settings, new Map(), host))).toBe(false);
    expect(sameTerms(terms, { ...terms, isolation: 'shared' })).toBe(false);
  });

  it('stay when new annotations name none', () => {
    expect(keepTerms({ owner: 'you' }, { ...tier('process'), [handlesKey]: '100' })).toEqual({
      owner: 'you',
      ...tier('process'),
      [handlesKey]: '100',
    });
    expect(keepTerms(tier('shared'), tier('process'))).toEqual(tier('shared'));
    expect(keepTerms({ owner: 'you' }, { owner: 'me' })).toEqual({ owner: 'you' });
  });

  it('are nothing for the guest', () => {
    const config = new Map(Object.entries({ a: '1', ...tier('process'), [handlesKey]: '100', b: '2' }));
    expect(guestConfig(config)).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });
});
