import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { checkBridge, verdicts } from '../../engines/direct/check-bridge.js';
import { type AnyFunction, type CoreModule, webAssembly } from '../../engines/web-assembly.js';
import { bulkChunkBytes } from './helper-functions.js';
import { type RewrittenModule, rewriteModule } from './rewrite-module.js';
import { argument, type Calls, observe, RecordingHost, type Run, type Subject } from './testing/behaviour.js';
import { type GeneratedModule, generateModule } from './testing/generate-module.js';
import { call, type Exports, type LinkOptions, linkRewritten, ownersOf } from './testing/link-rewritten.js';

let owner: { readonly original: CoreModule; readonly rewritten: RewrittenModule };

beforeAll(async () => {
  const bytes = await parse('(module (memory (export "memory") 1 3))');
  owner = { original: await webAssembly.compile(bytes), rewritten: rewriteModule(bytes) };
});

const directly: Run =
  (func) =>
  async (...args) =>
    (func as (...params: readonly unknown[]) => unknown)(...args);

const suspendably: Run = (func: AnyFunction) => webAssembly.promising(func);

/** A check that has every second one wait. */
function suspendingCheck(): unknown {
  let checks = 0;
  return checkBridge({
    check: () => (checks++ % 2 === 0 ? verdicts.wait : verdicts.goOn),
    wait: async () => verdicts.goOn,
  });
}

async function linkOriginal(bytes: Uint8Array): Promise<Subject> {
  const host = new RecordingHost();
  const { memory } = new webAssembly.Instance(owner.original).exports as { memory: { buffer: ArrayBuffer } };
  const module = await webAssembly.compile(bytes);
  const shared = {
    host,
    get memories() {
      return [memory];
    },
  };
  try {
    const { exports } = new webAssembly.Instance(module, { host: host.imports, owner: { memory } });
    return { ...shared, exports };
  } catch (failure) {
    return { ...shared, exports: undefined, failure };
  }
}

async function link(
  module: RewrittenModule,
  generated: GeneratedModule,
  options: LinkOptions,
): Promise<Subject> {
  const host = new RecordingHost();
  const owning = await linkRewritten(owner.rewritten);
  const { memory } = owning.exports as { memory: { buffer: ArrayBuffer } };
  const owners = generated.importsMemory ? ownersOf(owner.rewritten, owning) : [];
  const imports = { host: host.imports, owner: { memory } };
  try {
    const { exports } = await linkRewritten(module, imports, owners, options);
    return { host, memories: [memory], exports };
  } catch (failure) {
    return { host, memories: [memory], exports: undefined, failure };
  }
}

function chooseCalls(functions: GeneratedModule['functions'], numbers: readonly number[]): Calls {
  return numbers.map((number) => {
    const { name, params } = functions[number % functions.length] as GeneratedModule['functions'][number];
    return { name, args: params.map((type, index) => argument(type, (number >> 4) * (index + 1))) };
  });
}

const anyModule = fc.uint8Array({ minLength: 100, maxLength: 1200, size: 'max' });
const anyCalls = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 2, maxLength: 8 });

it.each([
  ['without a check', 120, () => ({ options: {}, run: directly })],
  ['with checks that go on', 120, () => ({ options: { isAsking: true }, run: directly })],
  [
    'with checks that suspend it',
    100,
    () => ({ options: { isAsking: true, check: suspendingCheck() }, run: suspendably }),
  ],
])('a rewritten module does what the module did: %s', async (_, numRuns, make) => {
  await fc.assert(
    fc.asyncProperty(anyModule, anyCalls, async (choices, numbers) => {
      const generated = generateModule(choices);
      const calls = chooseCalls(generated.functions, numbers);
      const bytes = await parse(generated.text);
      const expected = await observe(generated, await linkOriginal(bytes), calls, directly);
      const { options, run } = make();
      const subject = await link(rewriteModule(bytes), generated, options);
      expect(await observe(generated, subject, calls, run)).toEqual(expected);
    }),
    { numRuns },
  );
});

const pages = 64;
const anyPlace = fc.oneof(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: -9000, max: pages * 65_536 }));
const anyLength = fc.oneof(
  fc.integer({ min: 0, max: 9000 }),
  fc
    .integer({ min: 0, max: 3 })
    .chain((chunks) =>
      fc.integer({ min: -2, max: 2 }).map((more) => Math.max(0, chunks * bulkChunkBytes + more)),
    ),
  fc.integer({ min: 0, max: pages * 65_536 }),
);
const anyBulk = fc
  .record({
    name: fc.constantFrom('copy', 'copy', 'out', 'in', 'fill', 'init'),
    to: anyPlace,
    from: anyPlace,
    length: anyLength,
    overlaps: fc.boolean(),
  })
  .map(({ overlaps, ...bulk }) => ({ ...bulk, from: overlaps ? bulk.to + (bulk.from % 9000) : bulk.from }));

it.each([
  ['i32', 'i32'],
  ['i64', 'i32'],
  ['i64', 'i64'],
])('large parts of memories of %s and %s are written as in one instruction', async (one, other) => {
  const shorter = one === 'i64' && other === 'i64' ? 'i64' : 'i32';
  const segment = Array.from({ length: 2_200_000 }, (_, index) =>
    String.fromCharCode(97 + ((index * 7) % 23)),
  );
  const bytes = await parse(`(module
    (memory $one (export "one") ${one} ${pages}) (memory $other (export "other") ${other} ${pages})
    (data $data "${segment.join('')}")
    (func (export "copy") (param ${one} ${one} ${one})
      (memory.copy $one $one (local.get 0) (local.get 1) (local.get 2)))
    (func (export "out") (param ${other} ${one} ${shorter})
      (memory.copy $other $one (local.get 0) (local.get 1) (local.get 2)))
    (func (export "in") (param ${one} ${other} ${shorter})
      (memory.copy $one $other (local.get 0) (local.get 1) (local.get 2)))
    (func (export "fill") (param ${one} i32 ${one})
      (memory.fill $one (local.get 0) (local.get 1) (local.get 2)))
    (func (export "init") (param ${one} i32 i32)
      (memory.init $one $data (local.get 0) (local.get 1) (local.get 2))))`);
  const types: Readonly<Record<string, readonly string[]>> = {
    copy: [one, one, one],
    out: [other, one, shorter],
    in: [one, other, shorter],
    fill: [one, 'i32', one],
    init: [one, 'i32', 'i32'],
  };
  const original = new webAssembly.Instance(await webAssembly.compile(bytes)).exports;
  const { exports: rewritten } = await linkRewritten(rewriteModule(bytes), {}, [], { isAsking: true });
  const buffers = (exports: Exports): Buffer[] =>
    ['one', 'other'].map((name) => Buffer.from((exports[name] as { buffer: ArrayBuffer }).buffer));
  const noise = Uint8Array.from({ length: pages * 65_536 }, (_, index) => (index * 2_654_435_761) >>> 24);
  const [expected, found] = [buffers(original), buffers(rewritten)];
  for (const buffer of [...expected, ...found]) buffer.set(noise);
  const run = (exports: Exports, name: string, args: readonly (number | bigint)[]): string => {
    try {
      return String(call(exports, name, ...args));
    } catch (error) {
      return String(error);
    }
  };
  fc.assert(
    fc.property(anyBulk, ({ name, to, from, length }) => {
      const args = [to, from, length].map((value, index) =>
        types[name]?.[index] === 'i64' ? BigInt(value) : value,
      );
      expect(run(rewritten, name, args)).toBe(run(original, name, args));
      for (const [index, buffer] of expected.entries()) {
        expect(Buffer.compare(buffer, found[index] as Buffer)).toBe(0);
      }
    }),
    { numRuns: 150 },
  );
});
