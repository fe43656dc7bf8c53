import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { t } from '@wasmlattice/rpc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileType } from '../../engines/direct/abi/compile-type.js';
import { anyType } from '../../testing/any-value.js';
import { buildCallsGuest } from '../../testing/calls-guest.js';
import { buildCopyGuest } from '../../testing/copy-guest.js';
import { buildCounterGuest } from '../../testing/counter-guest.js';
import { buildEchoGuest } from '../../testing/echo-guest.js';
import { buildHttpGuest } from '../../testing/http-guest.js';
import { buildStateGuest } from '../../testing/state-guest.js';
import { buildThingsGuest } from '../../testing/things-guest.js';
import { buildWasiGuest } from '../../testing/wasi-guest.js';
import { decodeComponent, decodeInstantiation } from './decode-component.js';
import { InvalidComponentError } from './errors.js';
import { skeletonOf } from './skeleton.js';
import { buildComponent } from './testing/build-component.js';
import { describeGraph } from './testing/object-graph.js';

const emptyModule = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

/** The skeleton tells all of a component but its code. */
function expectFaithful(bytes: Uint8Array): void {
  const skeleton = skeletonOf(bytes);
  const { modules, ...original } = decodeInstantiation(bytes);
  const { modules: emptied, ...decoded } = decodeInstantiation(skeleton);
  expect(describeGraph(decoded)).toEqual(describeGraph(original));
  expect(describeGraph(decodeComponent(skeleton))).toEqual(describeGraph(decodeComponent(bytes)));
  expect(emptied).toHaveLength(modules.length);
  for (const module of emptied) expect(Buffer.compare(module, emptyModule)).toBe(0);
  expect(describeGraph(decodeInstantiation(skeletonOf(skeleton)))).toEqual(
    describeGraph(decodeInstantiation(skeleton)),
  );
}

/** Components that the repository's examples and end-to-end tests build, as far as they are there. */
const builtGuests = globSync(['examples/*/dist/*.wasm', 'test-e2e/guests/*/dist/*.wasm'], {
  cwd: fileURLToPath(new URL('../../../../', import.meta.url)),
}).map((path) => new URL(`../../../../${path}`, import.meta.url));

describe('the skeleton of a component', () => {
  it.each([
    ['calls', buildCallsGuest],
    ['copy', buildCopyGuest],
    ['counter', buildCounterGuest],
    ['http', buildHttpGuest],
    ['state', buildStateGuest],
    ['things', buildThingsGuest],
    ['wasi', buildWasiGuest],
  ])('decodes to what the %s guest decodes to', async (_, build) => {
    expectFaithful(await build());
  });

  it('decodes to what each built guest decodes to, and has none of its code', async () => {
    for (const guest of builtGuests) {
      const bytes = await readFile(guest);
      expectFaithful(bytes);
      expect(skeletonOf(bytes).length).toBeLessThan(bytes.length / 100);
    }
  });

  it('decodes to what guests of any types decode to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyType, { minLength: 1, maxLength: 4 }), async (types) => {
        expectFaithful(await buildEchoGuest(types, (type) => compileType(type).layout.flat));
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    [
      'components within one another',
      `(component (core module $n (func (export "f")))
         (component (core module) (type (list u8)))
         (core instance $i (instantiate $n)) (func (export "g") (canon lift (core func $i "f"))))
       (core module $m (memory (export "m") 1))
       (core instance (instantiate $m))`,
    ],
    [
      'a component that is instantiated twice',
      `(component $c (core module $m (func (export "f"))) (core instance (instantiate $m)))
       (instance (instantiate $c)) (instance (instantiate $c))`,
    ],
    ['core types', '(core type (func (param i32))) (core type (module (export "f" (func)))) (core module)'],
    ['custom sections', '(core module (@custom "inner" "x")) (@custom "outer" "y")'],
    ['nothing', ''],
  ])('decodes to what a component decodes to that has %s', async (_, text) => {
    expectFaithful(await parse(`(component ${text})`));
  });

  it('is that of asynchronous components, too', async () => {
    const wit = `
      package test:streams@1.0.0;
      interface streams { relay: async func(s: stream<u8>) -> future<string>; }
      world w { import streams; export streams; }`;
    expectFaithful(await buildComponent(wit, 'w'));
  });

  it('has bytes of its own', async () => {
    const skeleton = skeletonOf(await buildEchoGuest([t.u8], () => ['i32']));
    expect(skeleton.byteLength).toBe(skeleton.buffer.byteLength);
  });

  it('is refused where there are no sections', () => {
    expect(() => skeletonOf(Uint8Array.of(1, 2, 3))).toThrow(InvalidComponentError);
  });
});
