import { t, type WitType } from '@wasmlattice/rpc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostMembers } from '../../host-functions/host-interface.js';
import { anyType, anyValue } from '../../testing/any-value.js';
import { buildEchoGuest, echoInterface, passInterface } from '../../testing/echo-guest.js';
import { compileType } from '../direct/abi/compile-type.js';
import type { ComponentInstance, Engine } from '../engine.js';
import { compileGuest } from './engine-fixture.js';

/** Sends values through a guest and the host, and back. */
class Echo {
  readonly #instance: ComponentInstance;
  readonly #seen: unknown[];

  private constructor(instance: ComponentInstance, seen: unknown[]) {
    this.#instance = instance;
    this.#seen = seen;
  }

  static async start(engine: Engine, types: readonly WitType[]): Promise<Echo> {
    const bytes = await buildEchoGuest(types, (type) => compileType(type).layout.flat);
    const compiled = await compileGuest(engine, bytes);
    const seen: unknown[] = [];
    const pass = (value: unknown): unknown => {
      seen.push(value);
      return value;
    };
    const functions: HostMembers = Object.fromEntries(types.map((_, i) => [`pass${i}`, pass]));
    return new Echo(await compiled.start({ imports: new Map([[passInterface, functions]]) }), seen);
  }

  /** What the host sees, and what comes back. */
  async send(i: number, value: unknown): Promise<{ readonly seen: unknown; readonly back: unknown }> {
    const back = await this.#instance.call(echoInterface, `echo-${i}`, [value]);
    return { seen: this.#seen.pop(), back };
  }
}

const edges: readonly (readonly [name: string, type: WitType, values: readonly unknown[]])[] = [
  ['bool', t.bool, [true, false]],
  ['u8', t.u8, [0, 255]],
  ['s8', t.s8, [-128, 127]],
  ['u16', t.u16, [0, 0xffff]],
  ['s16', t.s16, [-0x8000, 0x7fff]],
  ['u32', t.u32, [0, 0xffff_ffff]],
  ['s32', t.s32, [-0x8000_0000, 0x7fff_ffff]],
  ['u64', t.u64, [0n, 2n ** 64n - 1n]],
  ['s64', t.s64, [-(2n ** 63n), 2n ** 63n - 1n]],
  ['f32', t.f32, [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Math.fround(0.1)]],
  ['f64', t.f64, [0, -0, 0.1, Number.NaN, Number.NEGATIVE_INFINITY, Number.MAX_VALUE, Number.MIN_VALUE]],
  ['char', t.char, ['a', '\0', 'ß', '\ud7ff', '\ue000', '🐘', '\u{10ffff}']],
  ['string', t.string, ['', 'a', 'ß'.repeat(13), '🐘', '\0', 'x'.repeat(5000), 'é'.repeat(3000)]],
  ['list of bytes', t.list(t.u8), [new Uint8Array(0), Uint8Array.of(0, 255), new Uint8Array(5000).fill(7)]],
  ['list of numbers', t.list(t.s64), [new BigInt64Array(0), BigInt64Array.of(-1n, 2n ** 62n)]],
  ['list of strings', t.list(t.string), [[], ['', 'a', '🐘']]],
  ['option', t.option(t.u32), [undefined, 0, 1]],
  [
    'option of an option',
    t.option(t.option(t.u32)),
    [{ tag: 'none' }, { tag: 'some', val: undefined }, { tag: 'some', val: 7 }],
  ],
  ['option of a result', t.option(t.result(t.u8, t.string)), [undefined, { tag: 'err', val: 'no' }]],
  [
    'list of results',
    t.list(t.result(undefined, t.u8)),
    [
      [
        { tag: 'ok', val: undefined },
        { tag: 'err', val: 3 },
      ],
    ],
  ],
  [
    'variant of clashing payloads',
    t.variant({ float: t.f32, double: t.f64, long: t.s64, int: t.u32, text: t.string, none: undefined }),
    [
      { tag: 'float', val: 1.5 },
      { tag: 'double', val: 0.1 },
      { tag: 'long', val: -1n },
      { tag: 'int', val: 0xffff_ffff },
      { tag: 'text', val: 'text' },
      { tag: 'none' },
    ],
  ],
  [
    'flags',
    t.flags('read-only', ...Array.from({ length: 31 }, (_, i) => `flag${i}`)),
    [
      Object.fromEntries([
        ['readOnly', true],
        ...Array.from({ length: 31 }, (_, i) => [`flag${i}`, i === 30]),
      ]),
    ],
  ],
];

export interface ValueComplianceOptions {
  /** Types that the engine passes; all that wasm-tools knows unless said otherwise. */
  readonly passes?: (type: WitType) => boolean;
}

/** Values go through unchanged, as core values and in memory. */
export function valueCompliance(engine: Engine, { passes = () => true }: ValueComplianceOptions = {}): void {
  describe('values', () => {
    it.each(edges)('of type %s come through at their limits', async (_name, type, values) => {
      const echo = await Echo.start(engine, [type, t.list(type)]);
      for (const value of values) {
        expect(await echo.send(0, value)).toStrictEqual({ seen: value, back: value });
      }
    });

    it('of any type come through, as core values, in memory and in lists', async () => {
      const typesOnce = fc.array(
        anyType.filter((type) => isPortable(type) && passes(type)),
        { minLength: 6, maxLength: 6 },
      );
      const batch = typesOnce.chain((types) =>
        fc.record({
          types: fc.constant(types),
          values: fc.tuple(...types.map((type) => fc.array(anyValue(type), { minLength: 1, maxLength: 5 }))),
        }),
      );
      await fc.assert(
        fc.asyncProperty(batch, async ({ types, values }) => {
          const echo = await Echo.start(engine, types);
          for (const [i, each] of values.entries()) {
            for (const value of each) {
              expect(await echo.send(i, value)).toStrictEqual({ seen: value, back: value });
            }
          }
        }),
        { numRuns: 5, endOnFailure: true },
      );
    }, 120_000);

    it('have half a surrogate pair replaced', async () => {
      const echo = await Echo.start(engine, [t.string]);
      const sent = `a\ud800b${'x'.repeat(100)}\udc00`;
      expect(await echo.send(0, sent)).toMatchObject({ back: sent.toWellFormed() });
    });

    it('may be arrays where numbers are listed, and of another kind of array', async () => {
      const echo = await Echo.start(engine, [t.list(t.u8), t.list(t.u32)]);
      expect((await echo.send(0, [1, 2, 3])).back).toEqual(Uint8Array.of(1, 2, 3));
      expect((await echo.send(1, [1, 2 ** 32 - 1])).back).toEqual(Uint32Array.of(1, 2 ** 32 - 1));
    });

    it('that do not fit their type are refused', async () => {
      const echo = await Echo.start(engine, [t.string, t.list(t.u8), t.enum('red', 'green')]);
      await expect(echo.send(0, 7)).rejects.toMatchObject({ name: 'TrapError' });
      await expect(echo.send(1, [256])).rejects.toMatchObject({ name: 'TrapError' });
      await expect(echo.send(2, 'blue')).rejects.toMatchObject({ name: 'TrapError' });
      expect((await echo.send(2, 'green')).back).toBe('green');
    });
  });
}

/** Whether wasm-tools lets the type pass: it takes 32 flags at most. */
function isPortable(type: WitType): boolean {
  return !JSON.stringify(type, (_key, value: unknown) => (isWide(value) ? 'wide' : value)).includes('"wide"');
}

function isWide(value: unknown): boolean {
  const { kind, flags } = (value ?? {}) as { readonly kind?: unknown; readonly flags?: readonly string[] };
  return kind === 'flags' && (flags?.length ?? 0) > 32;
}
