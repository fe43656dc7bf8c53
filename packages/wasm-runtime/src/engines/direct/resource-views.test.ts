import { describe, expect, it } from 'vitest';
import type { HostMembers } from '../../host-functions/host-interface.js';
import type { ComponentInstance } from '../engine.js';
import { startText } from './testing/composed-guest.js';

// Each text that needs no resource of the host was given to wasmtime 50.0.1 as well, which says the same.

/** A part that defines a resource; `take` gives its number, 42. */
const definer = `
  (component $Definer
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (core func $new (canon resource.new $r'))
    (core func $rep (canon resource.rep $r'))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "rep" (func $rep (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 42)))
      (func (export "take") (param i32) (result i32) (call $rep (local.get 0)))
      (func (export "look") (param i32) (result i32) (local.get 0)))
    (core instance $m (instantiate $m (with "" (instance (export "new" (func $new)) (export "rep" (func $rep))))))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
    (func (export "take") (param "x" (own $r)) (result u32) (canon lift (core func $m "take")))
    (func (export "look") (param "x" (borrow $r)) (result u32) (canon lift (core func $m "look"))))
  (instance $d (instantiate $Definer))
  (alias export $d "r" (type $r))`;

/** The code of a part that knows two types, `$a` and `$b`, and functions that make, take and look at each of them. */
const userCode = `
  (core func $make-a' (canon lower (func $make-a)))
  (core func $make-b' (canon lower (func $make-b)))
  (core func $take-a' (canon lower (func $take-a)))
  (core func $take-b' (canon lower (func $take-b)))
  (core func $look-a' (canon lower (func $look-a)))
  (core func $look-b' (canon lower (func $look-b)))
  (core func $drop-a (canon resource.drop $a))
  (core func $drop-b (canon resource.drop $b))
  (core module $m
    (import "" "make-a" (func $make-a (result i32)))
    (import "" "make-b" (func $make-b (result i32)))
    (import "" "take-a" (func $take-a (param i32) (result i32)))
    (import "" "take-b" (func $take-b (param i32) (result i32)))
    (import "" "look-a" (func $look-a (param i32) (result i32)))
    (import "" "look-b" (func $look-b (param i32) (result i32)))
    (import "" "drop-a" (func $drop-a (param i32)))
    (import "" "drop-b" (func $drop-b (param i32)))
    (func (export "take-a-as-a") (result i32) (call $take-a (call $make-a)))
    (func (export "take-b-as-b") (result i32) (call $take-b (call $make-b)))
    (func (export "take-a-as-b") (result i32) (call $take-b (call $make-a)))
    (func (export "take-b-as-a") (result i32) (call $take-a (call $make-b)))
    (func (export "look-b-as-b") (result i32) (call $look-b (call $make-b)))
    (func (export "look-a-as-b") (result i32) (call $look-b (call $make-a)))
    (func (export "look-b-as-a") (result i32) (call $look-a (call $make-b)))
    (func (export "drop-b-as-b") (result i32) (call $drop-b (call $make-b)) (i32.const 42))
    (func (export "drop-a-as-b") (result i32) (call $drop-b (call $make-a)) (i32.const 42))
    (func (export "drop-b-as-a") (result i32) (call $drop-a (call $make-b)) (i32.const 42)))
  (core instance $i (instantiate $m (with "" (instance
    (export "make-a" (func $make-a')) (export "make-b" (func $make-b'))
    (export "take-a" (func $take-a')) (export "take-b" (func $take-b'))
    (export "look-a" (func $look-a')) (export "look-b" (func $look-b'))
    (export "drop-a" (func $drop-a)) (export "drop-b" (func $drop-b))))))`;

const right = ['take-a-as-a', 'take-b-as-b', 'look-b-as-b', 'drop-b-as-b'];
const wrong = ['take-a-as-b', 'take-b-as-a', 'look-a-as-b', 'look-b-as-a', 'drop-a-as-b', 'drop-b-as-a'];

/** What the part with that code exports: the function that is asked for. */
const lifted = (name: string): string =>
  `(func (export "f") (result u32) (canon lift (core func $i "${name}")))`;

const userImports = `
  (import "a" (type $a (sub resource)))
  (import "b" (type $b (sub resource)))
  (import "make-a" (func $make-a (result (own $a))))
  (import "make-b" (func $make-b (result (own $b))))
  (import "take-a" (func $take-a (param "x" (own $a)) (result u32)))
  (import "take-b" (func $take-b (param "x" (own $b)) (result u32)))
  (import "look-a" (func $look-a (param "x" (borrow $a)) (result u32)))
  (import "look-b" (func $look-b (param "x" (borrow $b)) (result u32)))`;

/** Arguments for these imports: the functions of the instance `$NAME`, for both types. */
const userArguments = (type: string, name: string): string => `
  (with "a" (type ${type})) (with "b" (type ${type}))
  (with "make-a" (func $${name} "make")) (with "make-b" (func $${name} "make"))
  (with "take-a" (func $${name} "take")) (with "take-b" (func $${name} "take"))
  (with "look-a" (func $${name} "look")) (with "look-b" (func $${name} "look"))`;

const api = `
  (export "r" (type $r (sub resource)))
  (export "make" (func (result (own $r))))
  (export "take" (func (param "x" (own $r)) (result u32)))
  (export "look" (func (param "x" (borrow $r)) (result u32)))`;

/** The names that {@link userCode} uses, for what the instances `$one` and `$other` have. */
const aliases = (one: string, other: string): string => `
  (alias export $${one} "r" (type $a)) (alias export $${other} "r" (type $b))
  (alias export $${one} "make" (func $make-a)) (alias export $${other} "make" (func $make-b))
  (alias export $${one} "take" (func $take-a)) (alias export $${other} "take" (func $take-b))
  (alias export $${one} "look" (func $look-a)) (alias export $${other} "look" (func $look-b))`;

/** Whole components whose export `f` does what `name` says, in a part that is given one type as two. */
const compositions: Readonly<Record<string, (name: string) => string>> = {
  'two types': (name) => `
    ${definer}
    (component $User ${userImports} ${userCode} ${lifted(name)})
    (instance $u (instantiate $User ${userArguments('$r', 'd')}))
    (export "f" (func $u "f"))`,

  'two instances': (name) => `
    ${definer}
    (component $User (import "x" (instance $x ${api})) (import "y" (instance $y ${api}))
      ${aliases('x', 'y')} ${userCode} ${lifted(name)})
    (instance $u (instantiate $User (with "x" (instance $d)) (with "y" (instance $d))))
    (export "f" (func $u "f"))`,

  'two types through a part that has it as two already': (name) => `
    ${definer}
    (component $Outer ${userImports}
      (component $User ${userImports} ${userCode} ${lifted(name)})
      (instance $u (instantiate $User
        (with "a" (type $b)) (with "b" (type $b))
        (with "make-a" (func $make-b)) (with "make-b" (func $make-b))
        (with "take-a" (func $take-b)) (with "take-b" (func $take-b))
        (with "look-a" (func $look-b)) (with "look-b" (func $look-b))))
      (export "f" (func $u "f")))
    (instance $o (instantiate $Outer ${userArguments('$r', 'd')}))
    (export "f" (func $o "f"))`,
};

/** The resource is one of the host. */
const ofHost = (name: string): string => `
  (import "host" (instance $d ${api}))
  (alias export $d "r" (type $r))
  (component $User ${userImports} ${userCode} ${lifted(name)})
  (instance $u (instantiate $User ${userArguments('$r', 'd')}))
  (export "f" (func $u "f"))`;

class HostResource {
  readonly number = 42;
}

const host: ReadonlyMap<string, HostMembers> = new Map([
  [
    'host',
    {
      R: HostResource,
      make: () => new HostResource(),
      take: ({ number }: HostResource) => number,
      look: ({ number }: HostResource) => number,
    },
  ],
]);

/**
 * A part gives a stream of one resource, which another part reads; all functions are asynchronous. It takes the stream for one
 * of `$streamed`, and what it reads for `$taken`.
 */
const streaming = (streamed: string, taken: string): string => `
  (component $Definer
    (type $r' (resource (rep i32)))
    (export $r "r" (type $r'))
    (type $s (stream (own $r')))
    (core func $new (canon resource.new $r'))
    (core func $rep (canon resource.rep $r'))
    (core func $stream.new (canon stream.new $s))
    (core module $lib (memory (export "memory") 1))
    (core instance $lib (instantiate $lib))
    (core func $stream.write (canon stream.write $s async (memory (core memory $lib "memory"))))
    (core module $m
      (import "lib" "memory" (memory 1))
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "rep" (func $rep (param i32) (result i32)))
      (import "" "stream.new" (func $stream.new (result i64)))
      (import "" "stream.write" (func $stream.write (param i32 i32 i32) (result i32)))
      (func (export "make") (result i32) (local $ends i64)
        (local.set $ends (call $stream.new))
        (i32.store (i32.const 8) (call $new (i32.const 42)))
        (drop (call $stream.write
          (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))) (i32.const 8) (i32.const 1)))
        (i32.wrap_i64 (local.get $ends)))
      (func (export "take") (param i32) (result i32) (call $rep (local.get 0))))
    (core instance $m (instantiate $m (with "lib" (instance $lib)) (with "" (instance
      (export "new" (func $new)) (export "rep" (func $rep))
      (export "stream.new" (func $stream.new)) (export "stream.write" (func $stream.write))))))
    (func (export "make") async (result (stream (own $r))) (canon lift (core func $m "make")))
    (func (export "take") async (param "x" (own $r)) (result u32) (canon lift (core func $m "take"))))
  (component $User
    (import "a" (type $a (sub resource)))
    (import "b" (type $b (sub resource)))
    (import "make-a" (func $make-a async (result (stream (own $a)))))
    (import "take-a" (func $take-a async (param "x" (own $a)) (result u32)))
    (import "take-b" (func $take-b async (param "x" (own $b)) (result u32)))
    (core module $lib (memory (export "memory") 1))
    (core instance $lib (instantiate $lib))
    (core func $make' (canon lower (func $make-a)))
    (core func $take' (canon lower (func $take-${taken})))
    (type $s (stream (own $${streamed})))
    (core func $read (canon stream.read $s async (memory (core memory $lib "memory"))))
    (core module $m
      (import "lib" "memory" (memory 1))
      (import "" "make" (func $make (result i32)))
      (import "" "take" (func $take (param i32) (result i32)))
      (import "" "read" (func $read (param i32 i32 i32) (result i32)))
      (func (export "f") (result i32)
        (drop (call $read (call $make) (i32.const 8) (i32.const 1)))
        (call $take (i32.load (i32.const 8)))))
    (core instance $m (instantiate $m (with "lib" (instance $lib)) (with "" (instance
      (export "make" (func $make')) (export "take" (func $take')) (export "read" (func $read))))))
    (func (export "f") async (result u32) (canon lift (core func $m "f"))))
  (instance $d (instantiate $Definer))
  (instance $u (instantiate $User (with "a" (type $d "r")) (with "b" (type $d "r"))
    (with "make-a" (func $d "make")) (with "take-a" (func $d "take")) (with "take-b" (func $d "take"))))
  (export "f" (func $u "f"))`;

const call = (instance: ComponentInstance): Promise<unknown> => instance.call('', 'f', []);

describe.each(Object.entries(compositions))('a part that is given one resource as %s', (_, composition) => {
  it.each(right)('does what it may: %s', async (name) => {
    expect(await call(await startText(composition(name)))).toBe(42);
  });

  it.each(wrong)('ends when it takes one for the other: %s', async (name) => {
    const instance = await startText(composition(name));
    await expect(call(instance)).rejects.toThrow(/handle 1 is .*resource.* of another type/);
  });
});

describe('a part that is given one resource of the host as two types', () => {
  it.each(right)('does what it may: %s', async (name) => {
    expect(await call(await startText(ofHost(name), host))).toBe(42);
  });

  it.each(wrong)('ends when it takes one for the other: %s', async (name) => {
    const instance = await startText(ofHost(name), host);
    await expect(call(instance)).rejects.toThrow('handle 1 is host r of another type');
  });
});

describe('a part', () => {
  it.each([
    ['passes on what it reads as what it is', 'a', 'a', 42],
    [
      'ends when it takes what it reads for the other type',
      'a',
      'b',
      'handle 2 is a resource of another type',
    ],
    ['ends when it takes a stream of one type for one of the other', 'b', 'b', 'of other values'],
  ])('%s', async (_, streamed, taken, outcome) => {
    const result = call(await startText(streaming(streamed, taken)));
    if (typeof outcome === 'number') expect(await result).toBe(outcome);
    else await expect(result).rejects.toThrow(outcome);
  });

  it('knows two exports of an imported component as two types unless its type says that they are one', async () => {
    const composition = (secondType: string): string => `
      (component $Both
        ${definer}
        (export $r1 "r1" (type $r))
        (export $r2 "r2" (type $r))
        (export "make" (func $d "make") (func (result (own $r1))))
        (export "take" (func $d "take") (func (param "x" (own $r2)) (result u32))))
      (component $Caster
        (import "both" (component $Both
          (export "r1" (type $r1 (sub resource)))
          (export "r2" (type $r2 ${secondType}))
          (export "make" (func (result (own $r1))))
          (export "take" (func (param "x" (own $r2)) (result u32)))))
        (instance $both (instantiate $Both))
        (alias export $both "r1" (type $a)) (alias export $both "r2" (type $b))
        (export $ea "r1" (type $a)) (export $eb "r2" (type $b))
        (export "make" (func $both "make") (func (result (own $ea))))
        (export "take" (func $both "take") (func (param "x" (own $eb)) (result u32)))
        (core module $m (func (export "cast") (param i32) (result i32) (local.get 0)))
        (core instance $m (instantiate $m))
        (func (export "cast") (param "x" (own $ea)) (result (own $eb)) (canon lift (core func $m "cast"))))
      (component $User
        (import "r1" (type $r1 (sub resource)))
        (import "r2" (type $r2 (sub resource)))
        (import "make" (func $make (result (own $r1))))
        (import "cast" (func $cast (param "x" (own $r1)) (result (own $r2))))
        (import "take" (func $take (param "x" (own $r2)) (result u32)))
        (core func $make' (canon lower (func $make)))
        (core func $cast' (canon lower (func $cast)))
        (core func $take' (canon lower (func $take)))
        (core module $m
          (import "" "make" (func $make (result i32)))
          (import "" "cast" (func $cast (param i32) (result i32)))
          (import "" "take" (func $take (param i32) (result i32)))
          (func (export "f") (result i32) (call $take (call $cast (call $make)))))
        (core instance $m (instantiate $m (with "" (instance
          (export "make" (func $make')) (export "cast" (func $cast')) (export "take" (func $take'))))))
        (func (export "f") (result u32) (canon lift (core func $m "f"))))
      (instance $c (instantiate $Caster (with "both" (component $Both))))
      (instance $u (instantiate $User (with "r1" (type $c "r1")) (with "r2" (type $c "r2"))
        (with "make" (func $c "make")) (with "cast" (func $c "cast")) (with "take" (func $c "take"))))
      (export "f" (func $u "f"))`;
    expect(await call(await startText(composition('(eq $r1)')))).toBe(42);
    const other = await startText(composition('(sub resource)'));
    await expect(call(other)).rejects.toThrow(/handle 1 is .*resource.* of another type/);
  });

  it('gives back what it knows as two types as the one that it was given', async () => {
    const instance = await startText(`
      ${definer}
      (component $Through
        (import "a" (type $a (sub resource)))
        (import "b" (type $b (sub resource)))
        (export $ea "a" (type $a))
        (export $eb "b" (type $b))
        (core module $m (func (export "same") (param i32 i32) (result i32) (i32.const 16))
          (memory (export "memory") 1)
          (func (export "swap") (param i32 i32) (result i32)
            (i32.store (i32.const 16) (local.get 1)) (i32.store (i32.const 20) (local.get 0)) (i32.const 16)))
        (core instance $m (instantiate $m))
        (func (export "swap") (param "x" (tuple (own $ea) (own $eb))) (result (tuple (own $eb) (own $ea)))
          (canon lift (core func $m "swap") (memory (core memory $m "memory")))))
      (instance $t (instantiate $Through (with "a" (type $r)) (with "b" (type $r))))
      (component $User
        (import "r" (type $r (sub resource)))
        (import "make" (func $make (result (own $r))))
        (import "take" (func $take (param "x" (own $r)) (result u32)))
        (import "swap" (func $swap (param "x" (tuple (own $r) (own $r))) (result (tuple (own $r) (own $r)))))
        (core module $lib (memory (export "memory") 1))
        (core instance $lib (instantiate $lib))
        (core func $make' (canon lower (func $make)))
        (core func $take' (canon lower (func $take)))
        (core func $swap' (canon lower (func $swap) (memory (core memory $lib "memory"))))
        (core module $m
          (import "lib" "memory" (memory 1))
          (import "" "make" (func $make (result i32)))
          (import "" "take" (func $take (param i32) (result i32)))
          (import "" "swap" (func $swap (param i32 i32 i32)))
          (func (export "f") (result i32)
            (call $swap (call $make) (call $make) (i32.const 8))
            (i32.add (call $take (i32.load (i32.const 8))) (call $take (i32.load (i32.const 12))))))
        (core instance $m (instantiate $m (with "lib" (instance $lib)) (with "" (instance
          (export "make" (func $make')) (export "take" (func $take')) (export "swap" (func $swap'))))))
        (func (export "f") (result u32) (canon lift (core func $m "f"))))
      (instance $u (instantiate $User (with "r" (type $t "b"))
        (with "make" (func $d "make")) (with "take" (func $d "take")) (with "swap" (func $t "swap"))))
      (export "f" (func $u "f"))`);
    expect(await call(instance)).toBe(84);
  });
});
