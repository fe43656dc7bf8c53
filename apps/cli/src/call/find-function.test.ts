import { func, t } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { findExport } from './find-function.js';

const total = func('total', [], t.u32);
const clear = func('clear', []);
const types = {
  exports: [
    { id: 'acme:shop/cart@1.0.0', functions: [total, clear], resources: [] },
    { id: 'acme:shop/wishes@1.0.0', functions: [clear], resources: [] },
  ],
  exportedFunctions: [func('greet', [['name', t.string]], t.string)],
};

describe('an exported function', () => {
  it.each(['acme:shop/cart@1.0.0.total', 'acme:shop/cart.total', 'cart.total', 'total'])(
    'is found as %s',
    (name) => {
      expect(findExport(types, name)).toEqual({ instance: 'acme:shop/cart@1.0.0', func: total });
    },
  );

  it('of the world is found by its name', () => {
    expect(findExport(types, 'greet').instance).toBe('');
  });

  it('is not chosen among several', () => {
    expect(() => findExport(types, 'clear')).toThrow(
      expect.objectContaining({
        message: '`clear` fits 2 functions',
        check: 'name one of them: acme:shop/cart@1.0.0.clear, acme:shop/wishes@1.0.0.clear',
      }),
    );
  });

  it('is suggested for a mistyped name', () => {
    expect(() => findExport(types, 'cart.totl')).toThrow(
      expect.objectContaining({ check: 'did you mean cart.total?' }),
    );
  });

  it('is listed for a name that is like none', () => {
    expect(() => findExport(types, 'checkout')).toThrow(
      expect.objectContaining({ check: expect.stringContaining('acme:shop/wishes@1.0.0.clear, greet') }),
    );
  });
});
