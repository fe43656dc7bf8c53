import { describe, expect, it } from 'vitest';
import { InvalidComponentError } from '../formats/component/index.js';
import type { Validation } from '../validation/index.js';
import type { PreparedComponent, PrepareOptions } from './engine.js';
import { type EngineCore, type WithCompileOptions, withCompile } from './with-compile.js';

const bytes = new Uint8Array([0, 0x61, 0x73, 0x6d]);
const options = { component: 'guest' };
const prepared: PreparedComponent = { engine: 'none', format: 1, skeleton: bytes, codeBytes: 0 };

/** An engine that notes when it prepares, behind a validator whose verdict comes when the test says so. */
function setUp(
  withCompileOptions: WithCompileOptions,
  prepare: EngineCore['prepare'] = async () => prepared,
) {
  const verdict = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const began = Promise.withResolvers<void>();
  let hasBegun = false;
  const validation: Validation = {
    validate(_bytes, { onBegun }) {
      onBegun?.();
      asked.resolve();
      return verdict.promise;
    },
  };
  const engine = withCompile(
    {
      name: 'none',
      prepare(...args) {
        hasBegun = true;
        began.resolve();
        return prepare(...args);
      },
      load() {
        throw new Error('nothing is loaded here');
      },
    },
    validation,
    withCompileOptions,
  );
  return { engine, verdict, asked: asked.promise, began: began.promise, hasBegun: () => hasBegun };
}

describe('an engine that prepares while a component is validated', () => {
  it('gives out what it made once the component is valid', async () => {
    const { engine, verdict, began } = setUp({ preparesMeanwhile: true });
    let isOut = false;
    const preparing = engine.prepare(bytes, options).finally(() => {
      isOut = true;
    });
    await began;
    expect(isOut).toBe(false);
    verdict.resolve();
    expect(await preparing).toBe(prepared);
  });

  it('links and copies what is in shared memory meanwhile', async () => {
    const given: [Uint8Array, PrepareOptions][] = [];
    const { engine, verdict, began } = setUp({ preparesMeanwhile: true }, async (...args) => {
      given.push(args);
      return prepared;
    });
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const suspending = new Map([['a:b/c', new Set(['wait'])]]);
    const linked: Uint8Array[] = [];
    const preparing = engine.prepare(shared, options, (own) => {
      linked.push(own);
      return suspending;
    });
    await began;
    expect(linked).toEqual([bytes]);
    expect(given).toEqual([[bytes, { ...options, suspending }]]);
    expect(given[0]?.[0].buffer).toBeInstanceOf(ArrayBuffer);
    verdict.resolve();
    expect(await preparing).toBe(prepared);
  });

  it('gives out nothing of one that is refused, whatever became of it', async () => {
    const refusal = new InvalidComponentError('expected a type', 19);
    for (const prepare of [async () => prepared, () => Promise.reject(new Error('it could not be read'))]) {
      const { engine, verdict, began } = setUp({ preparesMeanwhile: true }, prepare);
      const preparing = engine.prepare(bytes, options);
      await began;
      verdict.reject(refusal);
      await expect(preparing).rejects.toBe(refusal);
    }
  });

  it('does not begin with what is known to be refused', async () => {
    let hasBegun = false;
    const refusal = new InvalidComponentError('expected a type', 19);
    const engine = withCompile(
      {
        name: 'none',
        async prepare() {
          hasBegun = true;
          return prepared;
        },
        load() {
          throw new Error('nothing is loaded here');
        },
      },
      { validate: () => Promise.reject(refusal) },
      { preparesMeanwhile: true },
    );
    await expect(engine.prepare(bytes, options)).rejects.toBe(refusal);
    expect(hasBegun).toBe(false);
  });
});

it('another engine waits for the verdict', async () => {
  const { engine, verdict, asked, hasBegun } = setUp({});
  const preparing = engine.prepare(bytes, options);
  await asked;
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasBegun()).toBe(false);
  verdict.resolve();
  expect(await preparing).toBe(prepared);
});
