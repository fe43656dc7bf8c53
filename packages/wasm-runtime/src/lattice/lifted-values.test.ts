import { expect, it } from 'vitest';
import { createJcoEngine } from '../engines/jco/index.js';
import { decodeComponent } from '../formats/component/index.js';
import { linkImports } from '../linker/linker.js';
import { buildGuest } from '../testing/build-guest.js';
import { testContext, testLinks } from '../testing/context.js';

const id = 'test:relay/bytes@1.0.0';

/** Passes on what it gets, and zeroes its memory when it is told to. */
const relay = {
  wit: `
    world guest { import ${id}; export ${id}; }
    package test:relay@1.0.0 {
      interface bytes {
        pass: func(bytes: list<u8>, words: list<u32>) -> list<u8>;
        wipe: func();
      }
    }`,
  wat: `
    (import "${id}" "pass" (func $pass (param i32 i32 i32 i32 i32)))
    ;; code
    (func (export "${id}#pass") (param i32 i32 i32 i32) (result i32)
      (call $pass (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 64))
      (i32.const 64))
    (func (export "${id}#wipe") (memory.fill (i32.const 1024) (i32.const 0) (i32.const 4096)))`,
};

it('values that leave a guest are copies, which neither it nor its host can change under another guest', async () => {
  const guest = await buildGuest(relay);
  const linkage = linkImports(decodeComponent(guest), { component: 'relay', interfaces: [] });
  const compiled = await createJcoEngine().compile(guest, {
    component: 'relay',
    suspends: linkage.suspends,
  });
  const taken: unknown[] = [];
  const links = testLinks(async (_key, { params }) => {
    taken.push(...params);
    return params[0];
  });
  const instance = await compiled.instantiate(linkage.bind(testContext({ links })));
  const given = Uint8Array.of(1, 2, 3);
  const returned = await instance.call(id, 'pass', [given, [4, 5]]);
  await instance.call(id, 'wipe', []);
  given.fill(9);
  const [bytes, words] = taken as [Uint8Array, Uint32Array];
  expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
  expect([...words]).toEqual([4, 5]);
  expect(returned).toEqual(Uint8Array.of(1, 2, 3));
  bytes.fill(7);
  expect(returned).toEqual(Uint8Array.of(1, 2, 3));
});
