import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { createTempDir, RecordingLogger } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { buildCallsGuest } from '../testing/calls-guest.js';
import { createEngine } from './create-engine.js';

const options = { component: 'guest', suspends: () => false };

/** Valid, and jco does not mind what nobody provides. */
const needy = `(component
  (import "m" (core module))
  (core module $m (func (export "f") (result i32) i32.const 7))
  (core instance $i (instantiate $m))
  (func (export "f") (result u32) (canon lift (core func $i "f"))))`;

const obstacle = 'its import "m" is a core module, while a host provides functions, types and instances only';

describe('createEngine', () => {
  it('runs a component directly when it can, and says so', async () => {
    const logger = new RecordingLogger();
    await using folder = await createTempDir();
    const cacheDir = join(folder.path, 'code');
    const compiled = await createEngine({ logger, cacheDir }).compile(await buildCallsGuest(), options);
    expect(compiled.dispose).toBeDefined();
    // Nothing was generated.
    expect(await readdir(cacheDir)).toEqual(['verdicts']);
    expect(logger.records).toMatchObject([
      { level: 'debug', message: 'component runs on engine direct', fields: { component: 'guest' } },
    ]);
  });

  it('leaves to jco what the direct engine does not cover, and says why', async () => {
    const logger = new RecordingLogger();
    const compiled = await createEngine({ logger }).compile(await parse(needy), options);
    const instance = await compiled.instantiate(new Map());
    expect(await instance.call('', 'f', [])).toBe(7);
    expect(logger.records).toContainEqual(
      expect.objectContaining({
        level: 'debug',
        message: 'component runs on engine jco',
        fields: { component: 'guest', reason: obstacle },
      }),
    );
  });

  it('refuses such a component when only the direct engine may be used', async () => {
    const compiling = createEngine({ choice: 'direct' }).compile(await parse(needy), options);
    await expect(compiling).rejects.toMatchObject({
      name: 'UnsupportedComponentError',
      message: `component "guest" can't be compiled by engine "direct": ${obstacle}`,
    });
  });

  it('prepares for the one that is right, which is known when it is loaded', async () => {
    const engine = createEngine();
    const [simple, other] = [
      await engine.prepare(await parse('(component)'), options),
      await engine.prepare(await parse(needy), options),
    ];
    expect([simple.engine, other.engine]).toEqual(['direct', 'jco']);
    await engine.load(simple, options).instantiate(new Map());
    const instance = await engine.load(other, options).instantiate(new Map());
    expect(await instance.call('', 'f', [])).toBe(7);
    expect(() => createEngine({ choice: 'direct' }).load(other, options)).toThrow(
      'component "guest" can\'t be loaded by engine "direct" as it was prepared: it was prepared by engine "jco" in format 1, where engine "direct" in format 3 is expected; prepare it again',
    );
  });

  it('uses jco alone when told to', () => {
    expect(createEngine({ choice: 'jco' }).name).toBe('jco');
  });
});
