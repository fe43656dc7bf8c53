import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';

/** A guest small enough to read: its WIT, and its core module as text. */
export interface GuestSource {
  /** WIT with one world named `guest`; other packages follow it as `package wasi:x@… { … }`. */
  readonly wit: string;
  /**
   * Core module without memory and allocator, which are added: `$memory`, and `$alloc` as `cabi_realloc`. The addresses
   * below 1024 are free for the guest's own use.
   */
  readonly wat: string;
  /** Memory and allocator, where others are needed. */
  readonly runtime?: string;
}

/** Imports have to precede everything else in a module, so the guest's text is cut there. */
const endOfImports = ';; code';

const ordinaryRuntime = `
  (memory $memory (export "memory") 1)
  (global $heap (mut i32) (i32.const 1024))
  (func $alloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $start i32)
    (local.set $start (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
    (global.set $heap (i32.add (local.get $start) (local.get 3)))
    (local.get $start))`;

/** Builds a component from text in some 50 ms, so that no binary has to be committed. */
export async function buildGuest({ wit, wat, runtime = ordinaryRuntime }: GuestSource): Promise<Uint8Array> {
  const [imports = '', code = ''] = wat.split(endOfImports);
  const core = await parse(`(module ${imports} ${runtime} ${code})`);
  const embedded = await componentEmbed({
    binary: core,
    witSource: `package test:guest@1.0.0;\n${wit}`,
    world: 'guest',
  });
  return componentNew(embedded);
}
