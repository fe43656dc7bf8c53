import { encode, func, t } from '@wasmlattice/rpc';
import { keyvalueStore } from '@wasmlattice/rpc/interfaces';
import type { ComponentTypes } from '@wasmlattice/wasm-runtime/engines';
import { describe, expect, it } from 'vitest';
import { functionsOf, observeCall } from './observed-call.js';

const add = func('add', [
  ['item', t.string],
  ['count', t.u32],
]);
const types: ComponentTypes = {
  imports: [],
  exports: [{ id: 'acme:shop/cart@1.0.0', functions: [add], resources: [] }],
  importedFunctions: [],
  exportedFunctions: [],
};
const find = functionsOf(types);
const cart = 'default.cart.wrpc.0.0.1.acme:shop/cart@1.0.0.add';
const payload = new Uint8Array([...encode(t.string, 'tea'), ...encode(t.u32, 2)]);

describe('an observed call', () => {
  it('shows its parameters where their types are known', () => {
    expect(observeCall(cart, payload, { component: 'cart', source: 'till', find })).toEqual({
      from: 'till',
      to: 'cart',
      operation: 'acme:shop/cart@1.0.0.add',
      params: { item: 'tea', count: 2 },
      isPartial: false,
    });
  });

  it('shows those that the first message holds', () => {
    const first = payload.subarray(0, 4);
    expect(observeCall(cart, first, { component: 'cart', source: 'till', find })).toMatchObject({
      params: { item: 'tea' },
      isPartial: true,
    });
  });

  it('of the component to a provider is known by the interfaces of the wire', () => {
    const id = keyvalueStore.id;
    const bytes = new Uint8Array([...encode(t.string, 'default'), ...encode(t.string, 'visits')]);
    expect(
      observeCall(`default.kv.wrpc.0.0.1.${id}.get`, bytes, { component: 'cart', source: 'cart', find }),
    ).toMatchObject({ from: 'cart', to: 'kv', operation: `${id}.get`, params: { key: 'visits' } });
  });

  it('of another one to that provider is none of it', () => {
    const subject = `default.kv.wrpc.0.0.1.${keyvalueStore.id}.get`;
    expect(observeCall(subject, payload, { component: 'cart', source: 'other', find })).toBeUndefined();
    expect(
      observeCall('default.kv.other', payload, { component: 'cart', source: 'cart', find }),
    ).toBeUndefined();
  });

  it('of unknown types is bytes, from whoever may have sent it', () => {
    const subject = 'default.cart.owner-1f.wrpc.0.0.1.acme:shop/other.go';
    expect(observeCall(subject, payload, { component: 'cart', source: undefined, find })).toEqual({
      from: 'linked component',
      to: 'cart',
      operation: 'acme:shop/other.go',
      isPartial: true,
    });
  });
});
