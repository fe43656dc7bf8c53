import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { generateCase, shapeNames } from '../differential/generate.js';

/** Generated components of each shape. */
const casesOfEachShape = 4;

/** Guests beyond this take too long for so many mutants. */
const largestGuest = 100_000;

/** What the generated ones have not: each a valid component. */
const texts = [
  `(component
    (import "a:b/c" (instance (export "r" (type $r (sub resource))) (export "make" (func (result (own $r))))))
    (import "wasi:io/poll@0.2.0" (instance (export "pollable" (type (sub resource))))))`,
  `(component
    (core module $m (memory (export "m") 1) (memory i64 1) (table 2 funcref) (elem (i32.const 0) $f) (data (i32.const 8) "text")
      (global $g (mut i32) (i32.const 1)) (tag $t) (func $f (export "f") (result i32) (global.get $g))
      (func (export "g") (block $b (try_table (catch $t $b) (throw $t)))) (func $h (param v128) (return_call $h (local.get 0))))
    (core instance $i (instantiate $m))
    (type $e (enum "a" "b")) (type $f (flags "x" "y")) (type $v (variant (case "p" u8) (case "q")))
    (type $r (record (field "e" $e) (field "f" $f) (field "v" $v)))
    (func (export "f") (result u32) (canon lift (core func $i "f")))
    (func (export "g") (canon lift (core func $i "g"))))`,
  `(component
    (core module $m (func (export "f") (result i32) (i32.const 9)))
    (component $c (alias outer 1 $m (core module $m)) (core instance $i (instantiate $m))
      (func (export "f") (result u32) (canon lift (core func $i "f"))))
    (instance $c (instantiate $c)) (alias export $c "f" (func $f)) (export "f" (func $f))
    (instance $d (instantiate $c)) (instance (export "inner") (export "f" (func $d "f"))))`,
  `(component
    (core module $m (func (export "d") (param i32)) (func (export "new") (param i32) (result i32) (local.get 0)))
    (core instance $i (instantiate $m))
    (type $r (resource (rep i32) (dtor (core func $i "d"))))
    (core func (canon resource.new $r)) (core func (canon resource.rep $r)) (core func (canon resource.drop $r))
    (export $e "r" (type $r))
    (func $new (param "x" u32) (result (own $e)) (canon lift (core func $i "new")))
    (export "[constructor]r" (func $new)))`,
  `(component
    (type (component (import "a" (func (param "x" string))) (export "b" (instance (export "t" (type (sub resource)))))))
    (type (instance (type $l (list u8)) (export "l" (type (eq $l)))))
    (core type (module (import "a" "b" (func (param i32))) (export "m" (memory 1)))))`,
  `(component
    (core module $m (memory (export "m") 1)) (core instance $i (instantiate $m))
    (type $s (stream u8)) (type $f (future string))
    (core func (canon stream.new $s)) (core func (canon stream.drop-readable $s)) (core func (canon future.new $f))
    (core func (canon waitable-set.new)) (core func (canon task.cancel)) (core func (canon subtask.drop)))`,
];

/** Components that are valid, to be changed. */
export async function readSeeds(guests: string | undefined): Promise<readonly Uint8Array[]> {
  const generated = shapeNames.flatMap((shape) =>
    Array.from({ length: casesOfEachShape }, (_, seed) => generateCase(seed, [shape]).text),
  );
  const parsed = await Promise.all([...texts, ...generated].map((text) => parse(text)));
  return [...parsed, ...(guests === undefined ? [] : await readGuests(guests))];
}

async function readGuests(folder: string): Promise<Uint8Array[]> {
  const guests: Uint8Array[] = [];
  for (const name of (await readdir(folder)).filter((each) => each.endsWith('.wasm')).sort()) {
    const path = join(folder, name);
    if ((await stat(path)).size <= largestGuest) guests.push(await readFile(path));
  }
  return guests;
}
