import { createEngine, type HostImport } from '@wasmlattice/wasm-runtime/engines';
import { expect, test } from 'vitest';
import { componentizeWithStarlingMonkey, engineFeatures } from './componentize.js';

test('a resource without functions can not be handed to a guest, as the README says: take that line out when it can', async () => {
  const guest = await componentizeWithStarlingMonkey({
    name: 'bare',
    code: `
      import { make as makeBare } from 'test:bare/bare';
      import { make as makeFull } from 'test:bare/full';
      const outcome = (make) => {
        try {
          return typeof make();
        } catch (error) {
          return String(error);
        }
      };
      export const bare = () => outcome(makeBare);
      export const full = () => outcome(makeFull);`,
    wit: `
      package test:bare;
      interface bare {
        resource thing;
        make: func() -> thing;
      }
      interface full {
        resource thing { size: func() -> u32; }
        make: func() -> thing;
      }
      world guest {
        import bare;
        import full;
        export bare: func() -> string;
        export full: func() -> string;
      }`,
    without: engineFeatures,
  });
  class Thing {
    size(): number {
      return 1;
    }
  }
  const members: HostImport = {
    func: (name) => (name === 'make' ? () => new Thing() : undefined),
    resource: () => Thing,
  };
  const compiled = await createEngine().compile(guest, { component: 'bare', suspends: () => false });
  const instance = await compiled.instantiate(
    new Map([
      ['test:bare/bare', members],
      ['test:bare/full', members],
    ]),
  );
  expect(await instance.call('', 'full', [])).toBe('object');
  expect(await instance.call('', 'bare', [])).toMatch(/^ReferenceError: import_\w+\$Thing is not defined$/);
}, 300_000);
