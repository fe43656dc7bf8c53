import { setImmediate as turn } from 'node:timers/promises';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { webAssembly } from '../../web-assembly.js';
import type { CoreFunction } from './core-types.js';
import type { CoreType } from './layout.js';
import { suspendingImport } from './suspending-import.js';

type Call = Parameters<typeof suspendingImport>[2];

/** The export of a guest that hands its parameters to an import, and returns what comes back. */
async function guest(params: readonly CoreType[], result: CoreType | undefined, call: Call, flat: unknown[]) {
  const type = `${params.map((param) => `(param ${param})`).join(' ')} ${result ? `(result ${result})` : ''}`;
  const text = `(module
    (import "host" "call" (func $call ${type}))
    (func (export "run") ${type}
      ${params.map((_, index) => `(local.get ${index})`).join(' ')} (call $call)))`;
  const module = await webAssembly.compile(await parse(text));
  const imported = suspendingImport({ params, result }, flat as number[], call);
  const { exports } = new webAssembly.Instance(module, { host: { call: imported } });
  return exports.run as CoreFunction;
}

const values: readonly (readonly [CoreType | undefined, number | bigint | undefined])[] = [
  [undefined, undefined],
  ['i32', -7],
  ['i64', 2n ** 40n],
  ['f32', 0.5],
  ['f64', Math.PI],
];

describe('an import that may suspend its guest', () => {
  it.each(values)('does not when it returns %s at once', async (result, value) => {
    const run = await guest([], result, () => value, []);
    // Nobody made the export promising: V8 would refuse to suspend it.
    expect(run()).toBe(value);
  });

  it.each(values)('does until its promise of %s is settled', async (result, value) => {
    const { promise, resolve } = Promise.withResolvers<typeof value>();
    const run = webAssembly.promising(await guest([], result, () => promise, []));
    let returned: unknown = 'nothing yet';
    const running = run().then((got) => {
      returned = got;
    });
    await turn();
    expect(returned).toBe('nothing yet');
    resolve(value);
    await running;
    expect(returned).toBe(value);
  });

  it('gets all its parameters, whether it waits or not', async () => {
    const types = Array.from(
      { length: 17 },
      (_, i): CoreType => (['i32', 'i64', 'f64'] as const)[i % 3] ?? 'i32',
    );
    const given = types.map((type, i) => (type === 'i64' ? BigInt(i) : i));
    for (const answer of [1, Promise.resolve(1)]) {
      const flat: unknown[] = [];
      const run = webAssembly.promising(await guest(types, 'i32', () => answer, flat));
      expect(await run(...given)).toBe(1);
      expect(flat).toEqual(given);
    }
  });

  it('ends the guest with what it throws, at once or later', async () => {
    const problem = new Error('the disk is full');
    const fails: readonly Call[] = [
      () => {
        throw problem;
      },
      () => Promise.reject(problem),
    ];
    for (const fail of fails) {
      const run = webAssembly.promising(await guest([], 'i32', fail, []));
      await expect(run()).rejects.toBe(problem);
    }
  });

  it('waits for each of several guests on its own, in any order', async () => {
    const waits = [1, 2, 3].map(() => Promise.withResolvers<number>());
    const guests = await Promise.all(
      waits.map(async ({ promise }) => webAssembly.promising(await guest([], 'i32', () => promise, []))),
    );
    const running = guests.map((run) => run());
    for (const [index, { resolve }] of [...waits.entries()].reverse()) resolve(index);
    expect(await Promise.all(running)).toEqual([0, 1, 2]);
  });

  it('that has waited returns at once the next time', async () => {
    const answers = [Promise.resolve(1), 2, Promise.resolve(3), 4];
    const plain = await guest([], 'i32', () => answers.shift(), []);
    const run = webAssembly.promising(plain);
    expect([await run(), plain(), await run(), plain()]).toEqual([1, 2, 3, 4]);
  });
});
