import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';

/** The binary of a text. */
export async function wat(text: string): Promise<Uint8Array> {
  return await parse(text);
}

/** A host that gives objects of two types, and what a component makes of its functions as core functions. */
export function withHostObjects(content: string): string {
  return `(component
    (import "h" (instance $h (export "a" (type $a (sub resource))) (export "b" (type $b (sub resource)))
      (export "get-a" (func (result (own $a)))) (export "take-b" (func (param "x" (borrow $b))))))
    (alias export $h "a" (type $A)) (alias export $h "b" (type $B))
    (core func $get (canon lower (func $h "get-a"))) (core func $take (canon lower (func $h "take-b")))
    ${content})`;
}

/** A core function `$f` of these types, lifted as a function of type `lifted`. */
export function lifting(core: string, lifted: string, options = '', more = ''): string {
  return `(component
    (core module $m ${more} (func (export "f") ${core} unreachable)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "back") (param i32)))
    (core instance $i (instantiate $m))
    (func (export "f") ${lifted} (canon lift (core func $i "f") ${options})))`;
}
