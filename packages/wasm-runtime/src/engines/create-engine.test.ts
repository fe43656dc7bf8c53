import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { createTempDir } from '@wasmlattice/test-support';
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
  it('runs components directly, and generates nothing', async () => {
    await using folder = await createTempDir();
    const cacheDir = join(folder.path, 'code');
    const engine = createEngine({ cacheDir });
    expect(engine.name).toBe('direct');
    const compiled = await engine.compile(await buildCallsGuest(), options);
    expect(compiled.dispose).toBeDefined();
    expect(await readdir(cacheDir)).toEqual(['verdicts']);
  });

  it('refuses what the direct engine does not have, and says what to do', async () => {
    await expect(createEngine().compile(await parse(needy), options)).rejects.toMatchObject({
      name: 'UnsupportedComponentError',
      reason: obstacle,
      message: `component "guest" can't be compiled by engine "direct": ${obstacle}; build it without that or, if you trust whoever made it, run it on engine "jco"`,
    });
  });

  it('runs components on jco for those who trust them', async () => {
    const engine = createEngine({ choice: 'trusted-jco' });
    expect(engine.name).toBe('jco');
    const prepared = await engine.prepare(await parse(needy), options);
    const instance = await engine.load(prepared, options).instantiate(new Map());
    expect(await instance.call('', 'f', [])).toBe(7);
    expect(() => createEngine().load(prepared, options)).toThrow(
      /component "guest" can't be loaded by engine "direct" as it was prepared: it was prepared by engine "jco" in format 1, where engine "direct" in format \d+ is expected; prepare it again/,
    );
  });
});
