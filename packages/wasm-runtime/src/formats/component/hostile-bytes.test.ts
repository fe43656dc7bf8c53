import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { decodeComponent, decodeInstantiation } from './decode-component.js';
import { InvalidComponentError } from './errors.js';
import { skeletonOf } from './skeleton.js';
import { buildComponent } from './testing/build-component.js';
import { describeGraph } from './testing/object-graph.js';

const wit = `
  package fuzz:me@0.1.0;
  interface types {
    record r { a: u32, b: option<string> }
    resource res { constructor(n: u32); get: func() -> r; }
    variant v { one, two(r), three(list<tuple<u8, string>>) }
    use-all: func(x: borrow<res>, y: v, s: stream<u8>) -> result<res, string>;
  }
  world w { import types; export types; export other: interface { use types.{res}; take: func(x: res) -> future<u8>; } }
`;

/** Deterministic, so that a failure can be run again: mulberry32. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  const bytes = Array.from(original);
  for (let change = 0; change <= random(4); change++) {
    const at = random(bytes.length);
    switch (random(5)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
        break;
      case 2:
        bytes.splice(at, 1 + random(8));
        break;
      case 3:
        bytes.splice(at, 0, random(256));
        break;
      case 4:
        bytes.splice(at, 0, ...bytes.slice(at, at + random(64)));
        break;
    }
  }
  return Uint8Array.from(bytes.slice(0, random(8) === 0 ? random(bytes.length) : bytes.length));
}

/** What decoding throws; `undefined` when it succeeds. */
function failure(bytes: Uint8Array): unknown {
  try {
    decodeComponent(bytes);
    return undefined;
  } catch (error) {
    return error;
  }
}

function expectRefusal(error: unknown, length: number): void {
  expect(error).toBeInstanceOf(InvalidComponentError);
  if (!(error instanceof InvalidComponentError)) return;
  expect(error.offset).toBeGreaterThanOrEqual(0);
  expect(error.offset).toBeLessThanOrEqual(length);
  expect(error.message).toContain(`at byte ${error.offset}`);
}

describe('decodeComponent on hostile bytes', () => {
  it('decodes or refuses every mutation of a real component', async () => {
    const original = await buildComponent(wit, 'w');
    const random = createRandom(1);
    let refused = 0;
    for (let round = 0; round < 2000; round++) {
      const bytes = mutate(original, random);
      const error = failure(bytes);
      if (error === undefined) continue;
      refused++;
      expectRefusal(error, bytes.length);
    }
    expect(refused).toBeGreaterThan(500);
  });

  it('decodes the same from the skeleton of a mutation', async () => {
    const original = await buildComponent(wit, 'w');
    const random = createRandom(3);
    let decoded = 0;
    for (let round = 0; round < 1000; round++) {
      const bytes = mutate(original, random);
      if (failure(bytes) !== undefined) continue;
      decoded++;
      const { modules: _, ...expected } = decodeInstantiation(bytes);
      const { modules: __, ...found } = decodeInstantiation(skeletonOf(bytes));
      expect(describeGraph(found)).toEqual(describeGraph(expected));
    }
    expect(decoded).toBeGreaterThan(50);
  });

  it('decodes or refuses random bytes behind a good preamble', () => {
    const random = createRandom(2);
    for (let round = 0; round < 2000; round++) {
      const bytes = Uint8Array.from({ length: 8 + random(200) }, () => random(random(2) === 0 ? 16 : 256));
      bytes.set([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);
      const error = failure(bytes);
      if (error !== undefined) expectRefusal(error, bytes.length);
    }
  });

  it('refuses every truncation that cuts a section', async () => {
    const original = await buildComponent(wit, 'w');
    let decoded = 0;
    for (let length = 0; length < original.length; length++) {
      const error = failure(original.subarray(0, length));
      if (error === undefined) decoded++;
      else expectRefusal(error, length);
    }
    // Cuts between sections leave a component that is complete as far as anyone can tell.
    expect(decoded).toBeLessThan(100);
  });

  it('refuses a component that asks for exponentially many instances', async () => {
    const levels = Array.from(
      { length: 40 },
      (_, i) => `(component $c${i + 1} (instance (instantiate $c${i})) (instance (instantiate $c${i})))`,
    );
    const bytes = await parse(
      `(component (component $c0) ${levels.join('\n')} (instance (instantiate $c40)))`,
    );
    expect(() => decodeComponent(bytes)).toThrow(/take at most 200000 steps to work out/);
  });

  it('refuses long lists of core items that are worked out again and again', async () => {
    const items = Array.from({ length: 2000 }, (_, index) => `(export "e${index}" (func $f))`).join(' ');
    const bytes = await parse(`(component
      (component $c
        (core module $m (func (export "f")))
        (core instance $i (instantiate $m))
        (alias core export $i "f" (core func $f))
        (core instance ${items}))
      ${'(instance (instantiate $c))'.repeat(2000)})`);
    expectRefusal(failure(bytes), bytes.length);
  });

  it('refuses instance types that describe exponentially many instances', async () => {
    const levels = Array.from(
      { length: 40 },
      (_, i) =>
        `(type $t${i + 1} (instance (export "a" (instance (type $t${i}))) (export "b" (instance (type $t${i})))))`,
    );
    const bytes = await parse(
      `(component (type $t0 (instance)) ${levels.join('\n')} (import "i" (instance (type $t40))))`,
    );
    expect(() => decodeComponent(bytes)).toThrow(/steps to work out/);
  });

  it('refuses types that double at every step', async () => {
    const levels = Array.from({ length: 40 }, (_, i) => `(type $t${i + 1} (tuple $t${i} $t${i}))`);
    const bytes = await parse(`(component (type $t0 (list u8)) ${levels.join('\n')})`);
    expect(() => decodeComponent(bytes)).toThrow(/a type of at most 10000 parts/);
  });

  it('refuses types, instances and components nested without end', async () => {
    const lists = Array.from({ length: 500 }, (_, i) => `(type $t${i + 1} (list $t${i}))`);
    const deepType = await parse(`(component (type $t0 (list u8)) ${lists.join('\n')})`);
    expect(() => decodeComponent(deepType)).toThrow(/at most 100 types within one another/);

    const instances = Array.from(
      { length: 500 },
      (_, i) => `(type $t${i + 1} (instance (export "a" (instance (type $t${i})))))`,
    );
    const deepInstance = await parse(
      `(component (type $t0 (instance)) ${instances.join('\n')} (import "i" (instance (type $t500))))`,
    );
    expect(() => decodeComponent(deepInstance)).toThrow(/at most 64 instances within one another/);

    const describing = `(component $P (import "c" (component $c)) (export "c" (component $c)))`;
    const described = Array.from(
      { length: 500 },
      (_, i) => `(instance $p${i + 1} (instantiate $P (with "c" (component $c${i}))))
        (alias export $p${i + 1} "c" (component $c${i + 1}))`,
    );
    const deepComponent = await parse(
      `(component (component $c0) ${describing} ${described.join('\n')} (instance (instantiate $c500)))`,
    );
    expect(() => decodeComponent(deepComponent)).toThrow(/at most 64 instances within one another/);

    let nested = Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);
    for (let level = 0; level < 200; level++) {
      nested = Uint8Array.from([...nested.subarray(0, 8), 0x04, ...leb128(nested.length), ...nested]);
    }
    expect(() => decodeComponent(nested)).toThrow(/at most 64 components within one another/);
  });

  it('refuses a forged count without counting to it', () => {
    const bytes = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00, 0x07, 0x05, 0xff, 0xff, 0xff, 0xff, 0x0f];
    expect(() => decodeComponent(Uint8Array.from(bytes))).toThrow(
      /expected 4294967295 section items, found only 0 bytes \(at byte 10\)/,
    );
  });
});

function leb128(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}
