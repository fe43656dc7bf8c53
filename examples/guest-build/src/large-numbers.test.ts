import { createEngine } from '@wasmlattice/wasm-runtime/engines';
import { expect, test } from 'vitest';
import { componentizeWithStarlingMonkey, engineFeatures } from './componentize.js';

test('a plain u32 of 2^31 and more comes out wrong, as the README says: take that line out when it is right', async () => {
  const guest = await componentizeWithStarlingMonkey({
    name: 'numbers',
    code: `
      export const plain = () => 3000000000;
      export const listed = () => [3000000000];
      export const long = () => 3000000000n;
      export const float = () => 3000000000;`,
    wit: `
      package test:numbers;
      world numbers {
        export plain: func() -> u32;
        export listed: func() -> list<u32>;
        export long: func() -> u64;
        export float: func() -> f64;
      }`,
    without: engineFeatures,
  });
  const compiled = await createEngine().compile(guest, { component: 'numbers', suspends: () => false });
  const instance = await compiled.instantiate(new Map());
  const call = (func: string): Promise<unknown> => instance.call('', func, []);
  expect(await call('plain')).toBe(3_221_225_472);
  expect(await call('listed')).toEqual(Uint32Array.of(3_000_000_000));
  expect(await call('long')).toBe(3_000_000_000n);
  expect(await call('float')).toBe(3_000_000_000);
}, 300_000);
