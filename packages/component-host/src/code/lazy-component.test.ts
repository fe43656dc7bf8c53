import type { CompiledComponent, ComponentInstance } from '@wasmlattice/wasm-runtime/engines';
import { describe, expect, it } from 'vitest';
import { LazyComponent } from './lazy-component.js';

const types = { imports: [], exports: [], importedFunctions: [], exportedFunctions: [] };
const instance: ComponentInstance = { call: () => Promise.resolve() };

function setUp(outcomes: readonly (() => Promise<void>)[] = []) {
  let loads = 0;
  let disposed = 0;
  const compiled: CompiledComponent = {
    types,
    instantiate: () => Promise.resolve(instance),
    dispose: () => void disposed++,
  };
  const component = new LazyComponent(types, async () => {
    await outcomes[loads++]?.();
    return compiled;
  });
  return { component, seen: () => ({ loads, disposed }) };
}

describe('a component that is loaded when it is needed', () => {
  it('is loaded once, however many wait for it', async () => {
    const { component, seen } = setUp();
    expect(seen().loads).toBe(0);
    await Promise.all([1, 2, 3].map(() => component.instantiate(new Map())));
    await component.instantiate(new Map());
    expect(seen()).toEqual({ loads: 1, disposed: 0 });
  });

  it('is loaded again after it was parked, and lets go of its idle instances with the code', async () => {
    const { component, seen } = setUp();
    await component.instantiate(new Map());
    component.park();
    component.park();
    expect(seen()).toEqual({ loads: 1, disposed: 1 });
    await component.instantiate(new Map());
    expect(seen()).toEqual({ loads: 2, disposed: 1 });
  });

  it('fails the calls that wait when it can not be loaded, and is asked for again', async () => {
    const { component, seen } = setUp([() => Promise.reject(new Error('no code'))]);
    const waiting = [1, 2].map(() => component.instantiate(new Map()));
    for (const call of waiting) await expect(call).rejects.toThrow('no code');
    await component.instantiate(new Map());
    expect(seen().loads).toBe(2);
  });
});
