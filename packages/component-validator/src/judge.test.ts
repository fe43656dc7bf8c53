import { describe, expect, it } from 'vitest';
import { judge } from './judge.js';
import { type CountedLimit, defaultValidationLimits, type ValidationLimits } from './limits.js';
import { lifting, wat, withHostObjects } from './testing/wat.js';
import { loadValidatorModule } from './validator-module.js';
import { describePlace, type Verdict } from './verdict.js';

const validator = await loadValidatorModule();

async function verdictOn(text: string, limits: Partial<ValidationLimits> = {}): Promise<Verdict> {
  return judge(validator, await wat(text), {
    limits: { ...defaultValidationLimits, ...limits },
    report: false,
  });
}

const valid = { kind: 'valid' };
const invalid = (message: string) => ({ kind: 'invalid', message: expect.stringContaining(message) });
const unsupported = (...features: string[]) => ({ kind: 'unsupported', features });

describe('core functions that are not the flattened ones', () => {
  const importing = (imported: string) =>
    withHostObjects(`
      (core module $m (import "" "get" (func $get ${imported})))
      (core instance (instantiate $m (with "" (instance (export "get" (func $get))))))`);

  it('are invalid where a component lowers', async () => {
    expect(await verdictOn(importing('(result i32)'))).toEqual(valid);
    expect(await verdictOn(importing('(result externref)'))).toMatchObject(invalid('type mismatch'));
    expect(await verdictOn(importing('(result i64)'))).toMatchObject(invalid('type mismatch'));
    expect(await verdictOn(importing('(param i32) (result i32)'))).toMatchObject(invalid('type mismatch'));
  });

  it('are invalid where it lifts', async () => {
    expect(await verdictOn(lifting('(result f64)', '(result f64)'))).toEqual(valid);
    for (const result of ['externref', 'funcref', 'f32', 'i32', 'v128']) {
      expect(await verdictOn(lifting(`(result ${result})`, '(result f64)'))).toMatchObject(
        invalid('lowered result types `[F64]` do not match'),
      );
    }
  });
});

describe('resources that a component does not define', () => {
  it('do not get through as core values', async () => {
    const unwrapping = withHostObjects(`
      (core func $new (canon resource.new $B)) (core func $rep (canon resource.rep $A))
      (core module $m
        (import "" "get" (func $get (result i32))) (import "" "take" (func $take (param i32)))
        (import "" "new" (func $new (param externref) (result i32))) (import "" "rep" (func $rep (param i32) (result externref)))
        (func (export "f") (call $take (call $new (call $rep (call $get))))))
      (core instance $i (instantiate $m (with "" (instance (export "get" (func $get)) (export "take" (func $take))
        (export "new" (func $new)) (export "rep" (func $rep))))))
      (func (export "f") (canon lift (core func $i "f")))`);
    expect(await verdictOn(unwrapping)).toMatchObject(invalid('not a local resource'));
  });

  it('are neither made nor unwrapped by it', async () => {
    const text = 'not a local resource';
    expect(await verdictOn(withHostObjects('(core func (canon resource.new $B))'))).toMatchObject(
      invalid(text),
    );
    expect(await verdictOn(withHostObjects('(core func (canon resource.rep $A))'))).toMatchObject(
      invalid(text),
    );
    expect(await verdictOn(withHostObjects('(core func (canon resource.drop $A))'))).toEqual(valid);
  });

  it('have destructors of one number', async () => {
    const destroying = (params: string) => `(component
      (core module $m (func (export "d") ${params} unreachable)) (core instance $i (instantiate $m))
      (alias core export $i "d" (core func $d)) (type (resource (rep i32) (dtor (core func $d)))))`;
    expect(await verdictOn(destroying('(param i32)'))).toEqual(valid);
    expect(await verdictOn(destroying('(param i64)'))).toMatchObject(invalid('destructor'));
    expect(await verdictOn(destroying('(param i32) (result i32)'))).toMatchObject(invalid('destructor'));
  });
});

describe('options of canonical functions', () => {
  const string = '(param "x" string)';
  const memory = '(memory (export "m") 1)';
  const options = '(memory (core memory $i "m")) (realloc (core func $i "realloc"))';

  it('name what is there, of the right kind and type', async () => {
    expect(await verdictOn(lifting('(param i32 i32)', string, options, memory))).toEqual(valid);
    expect(
      await verdictOn(lifting('(param i32 i32)', string, options, '(memory (export "n") 1)')),
    ).toMatchObject(invalid('core instance 0 has no export named `m`'));
    const wrong = '(memory (core memory $i "m")) (realloc (core func $i "back"))';
    expect(await verdictOn(lifting('(param i32 i32)', string, wrong, memory))).toMatchObject(
      invalid('canonical option `realloc`'),
    );
    expect(
      await verdictOn(lifting('(param i32 i32)', string, '(memory (core memory $i "m"))', memory)),
    ).toMatchObject(invalid('canonical option `realloc` is required'));
    expect(await verdictOn(lifting('(param i32 i32)', string, '', memory))).toMatchObject(
      invalid('canonical option `memory` is required'),
    );
  });

  it('have a post-return that takes what the function gives', async () => {
    const back = '(post-return (core func $i "back"))';
    expect(await verdictOn(lifting('(result i32)', '(result u32)', back))).toEqual(valid);
    expect(await verdictOn(lifting('(result f32)', '(result f32)', back))).toMatchObject(
      invalid('canonical option `post-return`'),
    );
  });

  it('have one encoding', async () => {
    const twice = `${options} string-encoding=utf8 string-encoding=utf16`;
    expect(await verdictOn(lifting('(param i32 i32)', string, twice, memory))).toMatchObject(
      invalid('canonical encoding option `utf8` conflicts with option `utf16`'),
    );
  });
});

describe('what is off', () => {
  it('is unsupported by name, never invalid', async () => {
    expect(await verdictOn('(component (core module (memory 1 1 shared)))')).toMatchObject(
      unsupported('SHARED_MEMORY'),
    );
    expect(await verdictOn('(component (core module (import "a" "b" (memory 1 1 shared))))')).toMatchObject(
      unsupported('SHARED_MEMORY'),
    );
    expect(await verdictOn('(component (core module (type (struct (field i32)))))')).toMatchObject(
      unsupported('GC'),
    );
    expect(await verdictOn('(component (core module (memory 1 (pagesize 1))))')).toMatchObject(
      unsupported('CUSTOM_PAGE_SIZES'),
    );
    expect(await verdictOn('(component (import "a:b:c/d" (func)))')).toMatchObject(
      unsupported('CM_NESTED_NAMES'),
    );
    expect(await verdictOn('(component (type (component (import "a" (value string)))))')).toMatchObject(
      unsupported('CM_VALUES'),
    );
  });

  it('is also what only newer texts of the specification refuse', async () => {
    const named = (name: string) => `(component (import "a1" (func)) (import "${name}" (func)))`;
    expect(await verdictOn(named('a-1'))).toMatchObject(unsupported('NAMES_THAT_DIFFER_IN_DASHES'));
    expect(await verdictOn(named('A1'))).toMatchObject(invalid('conflicts with previous name'));
    const bytes = await wat('(component (core func (canon thread.yield)))');
    const at = bytes.lastIndexOf(0x0c) + 1;
    const verdict = judge(validator, bytes.with(at, 1), { limits: defaultValidationLimits, report: false });
    expect(verdict).toMatchObject(unsupported('CANCELLABLE'));
  });

  it('is no excuse for what is invalid besides', async () => {
    expect(
      await verdictOn('(component (core module (memory 1 1 shared) (func (result i32))))'),
    ).toMatchObject(invalid('type mismatch'));
    expect(
      await verdictOn('(component (core module (type (struct (field i32))) (func (result i32))))'),
    ).toMatchObject(invalid('type mismatch'));
  });

  it('is told from what V8 runs', async () => {
    for (const module of [
      '(memory 1) (memory i64 1)',
      '(tag $t) (func (block $b (try_table (catch $t $b) (throw $t))))',
      '(tag $t) (func try throw $t catch $t end)',
      '(func $f return_call $f)',
      '(func (param v128) (result v128) (i8x16.relaxed_swizzle (local.get 0) (local.get 0)))',
      '(memory 1) (func (param i32) (result i32) (i32.atomic.load (local.get 0)))',
    ]) {
      expect(await verdictOn(`(component (core module ${module}))`)).toEqual(valid);
    }
  });
});

describe('a refusal', () => {
  it('says where in the file it is', async () => {
    const text = `(component (component (core module) (core module
      (import "a" "b" (func)) (func) (func $adds-up (result i32)))))`;
    const bytes = await wat(text);
    const verdict = judge(validator, bytes, { limits: defaultValidationLimits, report: false });
    if (verdict.kind !== 'invalid') throw new Error(verdict.kind);
    expect(describePlace(verdict.place)).toBe(
      'core module 1 of component 0, code section, function 2 (adds-up)',
    );
    expect(bytes[verdict.offset]).toBe(0x0b);
  });

  it('is one line', async () => {
    const verdict = await verdictOn(
      withHostObjects(`
      (component $c (import "f" (func (param "x" u32))))
      (instance (instantiate $c (with "f" (func $h "get-a"))))`),
    );
    if (verdict.kind !== 'invalid') throw new Error(verdict.kind);
    expect(verdict.message).not.toContain('\n');
    expect(describePlace(verdict.place)).toBe('instance section');
  });

  it('names the end of a file that was cut', async () => {
    const bytes = await wat('(component (core module (func)))');
    const verdict = judge(validator, bytes.subarray(0, -3), {
      limits: defaultValidationLimits,
      report: false,
    });
    if (verdict.kind !== 'invalid') throw new Error(verdict.kind);
    expect(verdict.message).toContain('unexpected end');
    expect(describePlace(verdict.place)).toBe('core module 0, what follows the code section');
  });
});

describe('limits', () => {
  const several: Readonly<Record<CountedLimit, string>> = {
    nesting: '(component (component (component)))',
    parts: '(component (core module) (component))',
    types: '(component (type (instance (type u8) (type u16))))',
    instances:
      '(component (core module $m) (core instance (instantiate $m)) (core instance (instantiate $m)) (instance))',
    imports: '(component (type (component (import "a" (func)) (import "b" (func)))) (import "c" (func)))',
    exports: '(component (type (instance (export "a" (func)) (export "b" (func)) (export "c" (func)))))',
    'name-bytes': '(component (import "abc" (func)))',
  };

  it.each(Object.entries(several))('bound %s', async (limit, text) => {
    expect(await verdictOn(text, { [limit]: 3 })).toEqual(valid);
    expect(await verdictOn(text, { [limit]: 2 })).toMatchObject({
      kind: 'limit',
      limit,
      found: 3,
      allowed: 2,
    });
  });

  const nested = (depth: number, open: string): string => open.repeat(depth) + ')'.repeat(depth);

  it('bound how deep components are within one another', async () => {
    expect(await verdictOn(nested(64, '(component '))).toEqual(valid);
    const verdict = await verdictOn(nested(65, '(component '));
    if (verdict.kind !== 'limit') throw new Error(verdict.kind);
    expect(verdict).toMatchObject({ limit: 'nesting', found: 65, allowed: 64 });
    expect(describePlace(verdict.place)).toBe(
      'component 0 of component 0 of component 0 of component 0 of 60 more, preamble',
    );
  });

  it('bound types within one another, as wasmparser does by itself', async () => {
    // A section of a type of a component, with one declaration, a type of a component …; the parser of texts has limits of its own.
    const verdictOnTypes = (depth: number): Verdict => {
      const types = [1, ...Array.from({ length: depth }, () => [0x41, 1, 1]).flat(), 0x41, 0];
      const section = [7, (types.length & 0x7f) | 0x80, types.length >> 7, ...types];
      const bytes = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, ...section]);
      return judge(validator, bytes, { limits: defaultValidationLimits, report: false });
    };
    expect(verdictOnTypes(90)).toEqual(valid);
    expect(verdictOnTypes(120)).toMatchObject(invalid('component type nesting is too deep'));
  });

  it('bound what many names take together', async () => {
    const long = 'a'.repeat(90_000);
    const imports = Array.from({ length: 50 }, (_, i) => `(import "${long}-b${i}" (func))`).join('');
    expect(await verdictOn(`(component ${imports})`)).toMatchObject({ kind: 'limit', limit: 'name-bytes' });
  });

  it('bound the memory that validation takes', async () => {
    const types = Array.from({ length: 20_000 }, () => '(type (instance))').join('');
    const verdict = await verdictOn(`(component ${types})`, { memoryBytes: 3_000_000 });
    expect(verdict).toMatchObject({ kind: 'exhausted', resource: 'memory' });
    expect(await verdictOn('(component)')).toEqual(valid);
  });
});

describe('a report', () => {
  it('tells what a component is made of and uses', async () => {
    const bytes = await wat(`(component
      (core module $m (memory (export "m") 1 2) (table 1 funcref) (func) (func (param v128)))
      (component (core module (import "a" "m" (memory i64 1)))))`);
    const verdict = judge(validator, bytes, { limits: defaultValidationLimits, report: true });
    expect(verdict).toMatchObject({
      kind: 'valid',
      report: {
        components: 1,
        coreModules: [
          {
            functions: 2,
            tables: 1,
            memories: [{ imported: false, bits: 32, bytes: 65_536, mostBytes: 131_072 }],
          },
          { functions: 0, tables: 0, memories: [{ imported: true, bits: 64, bytes: 65_536 }] },
        ],
      },
    });
    expect(verdict.kind === 'valid' && verdict.report?.features).toEqual(
      expect.arrayContaining(['SIMD', 'MEMORY64']),
    );
  });

  it('tells it of a component that uses what is off, the features that are on among it', async () => {
    const bytes = await wat(`(component
      (core module (memory 1 1 shared) (func (param v128)))
      (component (core module (type (struct)) (import "a" "m" (memory i64 1)))))`);
    const verdict = judge(validator, bytes, { limits: defaultValidationLimits, report: true });
    expect(verdict).toMatchObject({
      kind: 'unsupported',
      features: ['SHARED_MEMORY'],
      report: {
        components: 1,
        coreModules: [
          { functions: 1, memories: [{ imported: false }] },
          { memories: [{ imported: true, bits: 64 }] },
        ],
        features: expect.arrayContaining(['SIMD', 'MEMORY64', 'GC', 'SHARED_MEMORY']),
      },
    });
  });
});
