import { describe, expect, it } from 'vitest';
import type { ComponentInstance } from '../engine.js';
import { startText } from './testing/composed-guest.js';

/**
 * One part defines a resource, another uses it: `f` is the code of the user. The definer's `rep` and `take` return the number it knows a
 * resource by, `dropped` the sum of those that were dropped.
 */
function start(code: string): Promise<ComponentInstance> {
  const api = `
    (export "r" (type $r (sub resource)))
    (export "make" (func (param "rep" u32) (result (own $r))))
    (export "rep" (func (param "r" (borrow $r)) (result u32)))
    (export "take" (func (param "r" (own $r)) (result u32)))
    (export "lend-and-give" (func (param "lent" (borrow $r)) (param "given" (own $r))))
    (export "dropped" (func (result u32)))`;
  return startText(`
    (component $Definer
      (core module $drops
        (global $sum (mut i32) (i32.const 0))
        (func (export "drop") (param i32) (global.set $sum (i32.add (global.get $sum) (local.get 0))))
        (func (export "sum") (result i32) (global.get $sum)))
      (core instance $drops (instantiate $drops))
      (type $r' (resource (rep i32) (dtor (core func $drops "drop"))))
      (export $r "r" (type $r'))
      (core func $new (canon resource.new $r'))
      (core func $rep (canon resource.rep $r'))
      (core func $drop (canon resource.drop $r'))
      (core module $m
        (import "" "new" (func $new (param i32) (result i32)))
        (import "" "rep" (func $rep (param i32) (result i32)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
        (func (export "rep") (param i32) (result i32) (local.get 0))
        (func (export "take") (param i32) (result i32) (local $rep i32)
          (local.set $rep (call $rep (local.get 0))) (call $drop (local.get 0)) (local.get $rep))
        (func (export "lend-and-give") (param i32 i32)))
      (core instance $m (instantiate $m (with "" (instance
        (export "new" (func $new)) (export "rep" (func $rep)) (export "drop" (func $drop))))))
      (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $m "make")))
      (func (export "rep") (param "r" (borrow $r)) (result u32) (canon lift (core func $m "rep")))
      (func (export "take") (param "r" (own $r)) (result u32) (canon lift (core func $m "take")))
      (func (export "lend-and-give") (param "lent" (borrow $r)) (param "given" (own $r))
        (canon lift (core func $m "lend-and-give")))
      (func (export "dropped") (result u32) (canon lift (core func $drops "sum"))))
    (component $Keeper (import "definer" (instance $d ${api})) (alias export $d "r" (type $r))
      (core func $drop (canon resource.drop $r))
      (core func $rep (canon lower (func $d "rep")))
      (core module $m
        (import "" "drop" (func $drop (param i32))) (import "" "rep" (func $rep (param i32) (result i32)))
        (func (export "drops") (param i32) (result i32) (local $rep i32)
          (local.set $rep (call $rep (local.get 0))) (call $drop (local.get 0)) (local.get $rep))
        (func (export "keeps") (param i32) (result i32) (i32.const 0)))
      (core instance $m (instantiate $m (with "" (instance (export "drop" (func $drop)) (export "rep" (func $rep))))))
      (func (export "drops") (param "r" (borrow $r)) (result u32) (canon lift (core func $m "drops")))
      (func (export "keeps") (param "r" (borrow $r)) (result u32) (canon lift (core func $m "keeps"))))
    (component $User
      (import "definer" (instance $d ${api})) (alias export $d "r" (type $r))
      (import "keeper" (instance $k
        (export "drops" (func (param "r" (borrow $r)) (result u32)))
        (export "keeps" (func (param "r" (borrow $r)) (result u32)))))
      (core func $drop (canon resource.drop $r))
      (core func $make (canon lower (func $d "make")))
      (core func $rep (canon lower (func $d "rep")))
      (core func $take (canon lower (func $d "take")))
      (core func $lend-and-give (canon lower (func $d "lend-and-give")))
      (core func $drops (canon lower (func $k "drops")))
      (core func $keeps (canon lower (func $k "keeps")))
      (core module $m
        (import "" "drop" (func $drop (param i32)))
        (import "" "make" (func $make (param i32) (result i32)))
        (import "" "rep" (func $rep (param i32) (result i32)))
        (import "" "take" (func $take (param i32) (result i32)))
        (import "" "lend-and-give" (func $lend-and-give (param i32 i32)))
        (import "" "drops" (func $drops (param i32) (result i32)))
        (import "" "keeps" (func $keeps (param i32) (result i32)))
        (func (export "f") (result i32) (local $one i32) (local $two i32)
          (local.set $one (call $make (i32.const 40)))
          (local.set $two (call $make (i32.const 2)))
          ${code}))
      (core instance $i (instantiate $m (with "" (instance
        (export "drop" (func $drop)) (export "make" (func $make)) (export "rep" (func $rep)) (export "take" (func $take))
        (export "lend-and-give" (func $lend-and-give)) (export "drops" (func $drops)) (export "keeps" (func $keeps))))))
      (func (export "f") (result u32) (canon lift (core func $i "f"))))
    (instance $d (instantiate $Definer))
    (instance $k (instantiate $Keeper (with "definer" (instance $d))))
    (instance $u (instantiate $User (with "definer" (instance $d)) (with "keeper" (instance $k))))
    (export "f" (func $u "f"))
    (export "definer" (instance $d))`);
}

const dropped = (instance: ComponentInstance): Promise<unknown> => instance.call('definer', 'dropped', []);

describe('a resource that one part defines and another has', () => {
  it('has a number in each part, and is lent as the number of its definer', async () => {
    const instance = await start('(i32.add (call $rep (local.get $one)) (call $rep (local.get $two)))');
    expect(await instance.call('', 'f', [])).toBe(42);
    expect(await dropped(instance)).toBe(0);
  });

  it('is given back, and gone for who gave it', async () => {
    const instance = await start('(drop (call $take (local.get $one))) (call $take (local.get $one))');
    await expect(instance.call('', 'f', [])).rejects.toThrow(/there is no handle 1/);
  });

  it('is dropped in the part that defines it, whoever drops it', async () => {
    const instance = await start('(call $drop (local.get $one)) (call $take (local.get $two))');
    expect(await instance.call('', 'f', [])).toBe(2);
    expect(await dropped(instance)).toBe(42);
  });

  it('is lent on to a third part, which drops what it was lent', async () => {
    const instance = await start('(i32.add (call $drops (local.get $one)) (call $rep (local.get $one)))');
    expect(await instance.call('', 'f', [])).toBe(80);
    expect(await dropped(instance)).toBe(0);
  });

  it.each([
    [
      'keeps what it was lent',
      '(call $keeps (local.get $one))',
      /returned without dropping 1 of the handles/,
    ],
    [
      'gives away what it lends in the same call',
      '(call $lend-and-give (local.get $one) (local.get $one)) (i32.const 0)',
      /handle 1 .* is borrowed and can't be given away/,
    ],
    ['passes a handle that it does not have', '(call $rep (i32.const 9))', /there is no handle 9/],
  ])('ends who %s', async (_, code, message) => {
    const instance = await start(code);
    await expect(instance.call('', 'f', [])).rejects.toThrow(message);
  });

  it('goes to the host and back', async () => {
    const instance = await start('(i32.const 0)');
    const made = await instance.call('definer', 'make', [7]);
    expect(await instance.call('definer', 'rep', [made])).toBe(7);
    expect(await instance.call('definer', 'take', [made])).toBe(7);
    expect(await dropped(instance)).toBe(7);
  });
});

describe('a built-in that a part exports as a function', () => {
  it('can be called by the host', async () => {
    const instance = await startText(`
      (type $r' (resource (rep i32)))
      (export $r "r" (type $r'))
      (core func $new (canon resource.new $r'))
      (core func $rep (canon resource.rep $r'))
      (func (export "make") (param "rep" u32) (result (own $r)) (canon lift (core func $new)))
      (core module $m (func (export "f") (param i32) (result i32) (local.get 0)))
      (core instance $i (instantiate $m))
      (func (export "rep") (param "r" (borrow $r)) (result u32) (canon lift (core func $i "f")))`);
    const made = await instance.call('', 'make', [5]);
    expect(await instance.call('', 'rep', [made])).toBe(5);
  });
});
