import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { buildCallsGuest } from '../testing/calls-guest.js';
import { inspectComponent } from './inspect-component.js';

const inspect = (bytes: Uint8Array) => inspectComponent(bytes, { component: 'guest' });

const importing = (imports: string): Promise<Uint8Array> => parse(`(component ${imports})`);

describe('an inspection', () => {
  it('tells what a component imports, exports and is made of', async () => {
    const bytes = await buildCallsGuest();
    const found = await inspect(bytes);
    expect(found).toMatchObject({ bytes: bytes.length, valid: true, engine: 'direct', obstacle: undefined });
    expect(found.imports).toContainEqual(
      expect.objectContaining({ id: 'test:host/gate@0.1.0', servedBy: 'link' }),
    );
    expect(found.exports?.flatMap(({ functions }) => functions)).toContainEqual(
      expect.stringMatching(/^count: func\(\)/),
    );
    expect(found.report?.coreModules[0]?.memories[0]).toMatchObject({ bits: 32, bytes: 65_536 });
  });

  it('says who serves an import', async () => {
    const { imports } = await inspect(
      await importing(`
        (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
        (import "a:b/types" (instance (type $u (record (field "x" u8))) (export "t" (type (eq $u)))))
        (import "a:b/calls" (instance (export "f" (func (param "x" u32)))))`),
    );
    expect(imports).toContainEqual({ id: 'a:b/types', functions: [], servedBy: 'types' });
    expect(imports).toContainEqual({
      id: 'wasi:random/random@0.2.0',
      functions: ['get-random-u64: func() -> u64'],
      servedBy: 'host',
    });
    expect(imports).toContainEqual({
      id: 'a:b/calls',
      functions: ['f: func(x: u32)'],
      servedBy: 'link',
    });
  });

  it('says what would keep a valid component from running, and tells the rest', async () => {
    const found = await inspect(await importing('(import "f" (func (param "x" u32)))'));
    expect(found).toMatchObject({
      valid: true,
      engine: undefined,
      obstacle: expect.stringContaining('a function outside of any interface has no link'),
      imports: [{ id: '', functions: ['f: func(x: u32)'], servedBy: 'nobody' }],
    });
  });

  it('names the features that a component uses', async () => {
    const { report } = await inspect(await parse('(component (core module (func (param v128))))'));
    expect(report?.features).toContainEqual({ name: 'SIMD', title: 'vectors', on: true });
  });

  it.each([
    ['shared memories', '(memory 1 1 shared)', 'SHARED_MEMORY'],
    ['objects of the garbage collection proposal', '(memory 1) (type (struct))', 'GC'],
    ['memories with pages of their own size', '(memory 1 (pagesize 1))', 'CUSTOM_PAGE_SIZES'],
  ])('tells all of a component that uses %s, which is off', async (title, module, feature) => {
    const found = await inspect(
      await importing(`
        (import "wasi:random/random@0.2.0" (instance (export "get-random-u64" (func (result u64)))))
        (core module (func (param v128)))
        (core module ${module} (func))
        (component $c)
        (export "c" (component $c))`),
    );
    expect(found).toMatchObject({
      valid: true,
      engine: undefined,
      obstacle: expect.stringContaining(`it uses ${title} (${feature}), which are off, in core module 1`),
      imports: [{ id: 'wasi:random/random@0.2.0', servedBy: 'host' }],
      exports: [],
    });
    expect(found.report).toMatchObject({
      components: 1,
      coreModules: [{ memories: [] }, { memories: [{}] }],
    });
    expect(found.report?.features).toEqual(
      expect.arrayContaining([
        { name: 'SIMD', title: 'vectors', on: true },
        { name: feature, title, on: false },
      ]),
    );
  });

  it('tells all but the features of what this wasmparser takes for invalid', async () => {
    const found = await inspect(
      await importing('(core module (func)) (import "a-b" (func)) (import "ab" (func))'),
    );
    expect(found).toMatchObject({
      valid: true,
      obstacle: expect.stringContaining('names that are the same but for their dashes'),
      imports: [{ functions: ['a-b: func()'] }, { functions: ['ab: func()'] }],
      report: {
        coreModules: [{ functions: 1 }],
        features: [{ name: 'NAMES_THAT_DIFFER_IN_DASHES', on: false }],
      },
    });
  });

  it('does not call invalid what is too much to be validated', async () => {
    const bytes = await parse('(component '.repeat(65) + ')'.repeat(65));
    expect(await inspect(bytes)).toMatchObject({
      valid: undefined,
      obstacle: expect.stringContaining('65 components and core modules within one another'),
    });
  });

  it('says what is wrong with what is invalid', async () => {
    expect(await inspect(await parse('(component (core module (func (result i32))))'))).toMatchObject({
      valid: false,
      obstacle: expect.stringMatching(/type mismatch.*core module 0, code section, function 0.*at byte \d+/),
      imports: undefined,
    });
    expect(await inspect(await parse('(module)'))).toMatchObject({
      valid: false,
      obstacle: expect.stringContaining('found a core module'),
    });
  });
});
