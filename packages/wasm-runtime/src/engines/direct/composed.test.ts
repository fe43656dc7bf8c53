import { setImmediate as nextTurn } from 'node:timers/promises';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { createDirectEngine } from './direct-engine.js';
import { library, startText } from './testing/composed-guest.js';

/** A component with one core module; what that exports as `f` returns a u32. */
const leaf = (code: string): string => `
  (core module $m ${code}) (core instance $i (instantiate $m))
  (func (export "f") (result u32) (canon lift (core func $i "f")))`;

const exportF = '(alias export $c "f" (func $f)) (export "f" (func $f))';

describe('a composed component', () => {
  it('passes a resource of the host from part to part, and waits in the last one', async () => {
    const instance = await startText(
      `(import "host" (instance $h (export "r" (type $r (sub resource)))
         (export "make" (func (result (own $r)))) (export "wait" (func (param "x" (own $r)) (result u32)))))
       (alias export $h "r" (type $R))
       (component $A (import "r" (type $R (sub resource))) (import "take" (func $take (param "x" (own $R)) (result u32)))
         (core func $t (canon lower (func $take)))
         (core module $m (import "" "t" (func $t (param i32) (result i32)))
           (func (export "g") (param i32) (result i32) (call $t (local.get 0))))
         (core instance $i (instantiate $m (with "" (instance (export "t" (func $t))))))
         (func (export "g") (param "x" (own $R)) (result u32) (canon lift (core func $i "g"))))
       (component $B (import "r" (type $R (sub resource))) (import "make" (func $make (result (own $R))))
         (import "g" (func $g (param "x" (own $R)) (result u32)))
         (core func $mk (canon lower (func $make))) (core func $g' (canon lower (func $g)))
         (core module $m (import "" "mk" (func $mk (result i32))) (import "" "g" (func $g (param i32) (result i32)))
           (func (export "f") (result i32) (call $g (call $mk))))
         (core instance $i (instantiate $m (with "" (instance (export "mk" (func $mk)) (export "g" (func $g'))))))
         (func (export "f") (result u32) (canon lift (core func $i "f"))))
       (instance $a (instantiate $A (with "r" (type $R)) (with "take" (func $h "wait"))))
       (instance $b (instantiate $B (with "r" (type $R)) (with "make" (func $h "make")) (with "g" (func $a "g"))))
       (export "f" (func $b "f"))`,
      new Map([['host', { R: Thing, make: () => new Thing(42), wait: valueLater }]]),
    );
    expect(await instance.call('', 'f', [])).toBe(42);
  });

  it.each([
    [
      'by an outer alias',
      `(core module $m (func (export "f") (result i32) (i32.const 9)))
       (component $C (alias outer 1 $m (core module $m)) (core instance $i (instantiate $m))
         (func (export "f") (result u32) (canon lift (core func $i "f"))))
       (instance $c (instantiate $C)) ${exportF}`,
    ],
    [
      'as an export, an argument and an import',
      `(component $Maker (core module $m (func (export "f") (result i32) (i32.const 9))) (export "m" (core module $m)))
       (instance $maker (instantiate $Maker))
       (component $C (import "m" (core module $m (export "f" (func (result i32))))) (core instance $i (instantiate $m))
         (func (export "f") (result u32) (canon lift (core func $i "f"))))
       (instance $c (instantiate $C (with "m" (core module $maker "m")))) ${exportF}
       (alias export $maker "m" (core module $exported)) (export "m" (core module $exported))`,
    ],
  ])('takes core modules across the borders of components: %s', async (_, text) => {
    expect(await (await startText(text)).call('', 'f', [])).toBe(9);
  });

  it('has exceptions in a part', async () => {
    const instance = await startText(`
      (component $C (core module $m (tag $t) (func (export "f")
          (block $b (try_table (catch $t $b) (throw $t)))))
        (core instance $i (instantiate $m)) (func (export "f") (canon lift (core func $i "f"))))
      (instance $c (instantiate $C)) ${exportF}`);
    expect(await instance.call('', 'f', [])).toBeUndefined();
  });

  it('has two memories in a part', async () => {
    const instance = await startText(`
      (component $C ${leaf(`(memory $one 1) (memory $two 1)
        (func (export "f") (result i32)
          (i32.store $two (i32.const 4) (i32.const 5)) (i32.store $one (i32.const 4) (i32.const 6))
          (i32.load $two (i32.const 4)))`)})
      (instance $c (instantiate $C)) ${exportF}`);
    expect(await instance.call('', 'f', [])).toBe(5);
  });

  it('has state of its own in each part, though they are of one component', async () => {
    const counter = `(global $n (mut i32) (i32.const 0))
      (func (export "f") (result i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))`;
    const instance = await startText(`
      (component $C ${leaf(counter)})
      (instance $one (instantiate $C)) (instance $two (instantiate $C))
      (export "one" (instance $one)) (export "two" (instance $two))`);
    expect(await instance.call('one', 'f', [])).toBe(1);
    expect(await instance.call('one', 'f', [])).toBe(2);
    expect(await instance.call('two', 'f', [])).toBe(1);
  });

  it('takes components as arguments', async () => {
    const instance = await startText(`
      (component $Seven ${leaf('(func (export "f") (result i32) (i32.const 7))')})
      (component $C (import "c" (component $c (export "f" (func (result u32)))))
        (instance $i (instantiate $c)) (export "f" (func $i "f")))
      (instance $c (instantiate $C (with "c" (component $Seven)))) ${exportF}`);
    expect(await instance.call('', 'f', [])).toBe(7);
  });

  it('has instances within instances, which go by both names', async () => {
    const instance = await startText(
      `(import "outer" (instance $h (export "inner" (instance (export "g" (func (result u32)))))))
       (alias export $h "inner" (instance $inner))
       (component $C (import "g" (func $g (result u32))) (core func $g' (canon lower (func $g)))
         (core module $m (import "" "g" (func $g (result i32)))
           (func (export "f") (result i32) (i32.add (call $g) (i32.const 1))))
         (core instance $i (instantiate $m (with "" (instance (export "g" (func $g'))))))
         (func (export "f") (result u32) (canon lift (core func $i "f"))))
       (instance $c (instantiate $C (with "g" (func $inner "g"))))
       (instance $both (export "c" (instance $c)))
       (export "both" (instance $both))`,
      new Map([['outer/inner', { g: () => 4 }]]),
    );
    expect(await instance.call('both/c', 'f', [])).toBe(5);
  });

  it('exports what it imports, as it is', async () => {
    const instance = await startText(
      `(import "host" (instance $h
         (export "add" (func (param "a" u32) (param "b" u32) (result u32)))
         (export "check" (func (param "a" u32) (result (result u32 (error string)))))))
       (export "api" (instance $h))`,
      new Map([['host', { add: (a: number, b: number) => a + b, check: refuse }]]),
    );
    expect(await instance.call('api', 'add', [1, 2])).toBe(3);
    expect(await instance.call('api', 'check', [1])).toEqual({ tag: 'ok', val: 1 });
    expect(await instance.call('api', 'check', [0])).toEqual({ tag: 'err', val: 'none' });
  });

  it('passes through memories with 32-bit and 64-bit addresses', async () => {
    const instance = await startText(`
      (component $A
        (core module $M (memory (export "memory") i64 1)
          (global $heap (mut i64) (i64.const 1024))
          (func (export "realloc") (param i64 i64 i64 i64) (result i64)
            (local $start i64)
            (local.set $start (global.get $heap))
            (global.set $heap (i64.add (local.get $start) (i64.add (local.get 3) (i64.const 8))))
            (local.get $start))
          (func (export "f") (param i64 i64) (result i64)
            (i64.store (i64.const 16) (local.get 0)) (i64.store (i64.const 24) (local.get 1)) (i64.const 16)))
        (core instance $i (instantiate $M))
        (func (export "f") (param "x" string) (result string) (canon lift (core func $i "f")
          (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))
      (component $B (import "g" (func $g (param "x" string) (result string))) ${library}
        (core func $g' (canon lower (func $g) (memory $memory) (realloc $realloc)))
        (core module $M (import "" "g" (func $g (param i32 i32 i32)))
          (func (export "f") (param i32 i32) (result i32)
            (call $g (local.get 0) (local.get 1) (i32.const 16)) (i32.const 16)))
        (core instance $i (instantiate $M (with "" (instance (export "g" (func $g'))))))
        (func (export "f") (param "x" string) (result string)
          (canon lift (core func $i "f") (memory $memory) (realloc $realloc))))
      (instance $a (instantiate $A))
      (instance $c (instantiate $B (with "g" (func $a "f")))) ${exportF}
      (export "wide" (func $a "f"))`);
    expect(await instance.call('', 'wide', ['wide'])).toBe('wide');
    expect(await instance.call('', 'f', ['narrow'])).toBe('narrow');
  });
});

describe('a part that is called', () => {
  const nested = (inner: string, outer: string): string => `
    (import "host" (instance $h (export "wait" (func)) (export "throw" (func))))
    (component $A (import "wait" (func $wait)) (import "throw" (func $throw))
      (core func $w (canon lower (func $wait))) (core func $t (canon lower (func $throw)))
      (core module $m (import "" "wait" (func $wait)) (import "" "throw" (func $throw)) (tag $tag)
        (func (export "g") ${inner}))
      (core instance $i (instantiate $m (with "" (instance (export "wait" (func $w)) (export "throw" (func $t))))))
      (func (export "g") (canon lift (core func $i "g"))))
    (component $B (import "g" (func $g)) (core func $g' (canon lower (func $g)))
      (core module $m (import "" "g" (func $g)) (func (export "f") (result i32) ${outer} (i32.const 1)))
      (core instance $i (instantiate $m (with "" (instance (export "g" (func $g'))))))
      (func (export "f") (result u32) (canon lift (core func $i "f"))))
    (instance $a (instantiate $A (with "wait" (func $h "wait")) (with "throw" (func $h "throw"))))
    (instance $c (instantiate $B (with "g" (func $a "g")))) ${exportF}`;
  const catchAll = '(block $caught (try_table (catch_all $caught) (call $g)))';
  const host = new Map([['host', { wait: () => nextTurn(), throw: fail }]]);

  it('may wait as often as it likes', async () => {
    const instance = await startText(nested('(call $wait) (call $wait)', '(call $g) (call $g)'), host);
    expect(await instance.call('', 'f', [])).toBe(1);
    expect(await instance.call('', 'f', [])).toBe(1);
  });

  it('is ended while it waits when the time of its caller is up', async () => {
    const deadline = new AbortController();
    const waiting = new Map([['host', { wait: () => new Promise(() => {}), throw: fail }]]);
    const instance = await startText(nested('(call $wait)', '(call $g)'), waiting, {
      signal: deadline.signal,
    });
    const called = instance.call('', 'f', []);
    deadline.abort(new Error('time is up'));
    await expect(called).rejects.toMatchObject({ kind: 'aborted' });
  });

  it.each([
    ['the exception that it does not catch', '(throw $tag)', /threw an exception that nobody in it catches/],
    ['what the host throws', '(call $throw)', /the host is out of order/],
    ['its trap', 'unreachable', /unreachable/],
  ])('ends its caller, which can not catch it, with %s', async (_, inner, message) => {
    const instance = await startText(nested(inner, catchAll), host);
    await expect(instance.call('', 'f', [])).rejects.toMatchObject({
      name: 'TrapError',
      cause: expect.objectContaining({ message: expect.stringMatching(message) }),
    });
    await expect(instance.call('', 'f', [])).rejects.toThrow(/ended in an earlier call/);
  });

  it('can not be called by itself', async () => {
    const instance = await startText(`
      (component $Self
        (core module $m (func (export "f")))
        (core instance $i (instantiate $m))
        (func $f (canon lift (core func $i "f")))
        (core func $f' (canon lower (func $f)))
        (core module $n (import "" "f" (func $f)) (func (export "f") (call $f)))
        (core instance $j (instantiate $n (with "" (instance (export "f" (func $f'))))))
        (func (export "f") (canon lift (core func $j "f"))))
      (instance $c (instantiate $Self)) ${exportF}`);
    await expect(instance.call('', 'f', [])).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringMatching(/cannot enter/) }),
    });
  });
});

describe('an instance of a composed component', () => {
  it('is reset after an invocation, all parts of it', async () => {
    const counter = `(memory 1)
      (func (export "f") (result i32)
        (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))) (i32.load (i32.const 0)))`;
    const bytes = await parse(`(component
      (component $C ${leaf(counter)})
      (instance $one (instantiate $C)) (instance $two (instantiate $C))
      (export "one" (instance $one)) (export "two" (instance $two)))`);
    const compiled = await createDirectEngine().compile(bytes, { component: 'c', suspends: () => false });
    for (let i = 0; i < 3; i++) {
      const instance = await compiled.instantiate(new Map());
      expect(await instance.call('one', 'f', [])).toBe(1);
      expect(await instance.call('two', 'f', [])).toBe(1);
      instance.release?.();
    }
    compiled.dispose?.();
  });

  it.each([
    [
      'core instances, memories and tables as any other',
      '(core module $m (memory 1)) (core instance (instantiate $m))',
    ],
    ['parts as core instances', '(type $r (resource (rep i32)))'],
  ])('may have as many %s', async (_, text) => {
    const bytes = await parse(
      `(component (component $C ${text}) ${'(instance (instantiate $C))'.repeat(31)})`,
    );
    const compiling = createDirectEngine().compile(bytes, { component: 'many', suspends: () => false });
    await expect(compiling).rejects.toMatchObject({ name: 'ComponentLimitError' });
  });
});

class Thing {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

async function valueLater({ value }: Thing): Promise<number> {
  await nextTurn();
  return value;
}

function refuse(value: number): number {
  if (value === 0) throw Object.assign(new Error('refused'), { payload: 'none' });
  return value;
}

function fail(): never {
  throw new Error('the host is out of order');
}
