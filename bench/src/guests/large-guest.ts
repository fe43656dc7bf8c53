import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';

export const largeInterface = 'bench:large/pages@1.0.0';

/** Size of the guest's memory: that of a JavaScript guest. */
export const largeGuestBytes: number = 145 * 65_536;

/** Pages of 4 KiB that `write` writes, evenly over the memory: as many as a request of a JavaScript guest. */
export const writtenPages = 60;

const wit = `
  package bench:large@1.0.0;
  interface pages {
    /// Writes a number to each of 60 pages.
    write: func(value: u32);
    /// A sum over the whole memory.
    sum: func() -> u32;
  }
  world guest { export pages; }`;

/** Pages in between; odd, so that what is written is not in the same place of each page table. */
const stride = Math.floor(largeGuestBytes / 4096 / writtenPages / 2) * 2 - 1;

const wat = `(module
  (memory (export "memory") 145)
  (func $fill
    (local $at i32)
    (loop $next
      (i32.store (local.get $at) (i32.mul (local.get $at) (i32.const 0x9e3779b1)))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const ${largeGuestBytes})))))
  (start $fill)
  (func (export "${largeInterface}#write") (param $value i32)
    (local $left i32)
    (local.set $left (i32.const ${writtenPages}))
    (loop $next
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (i32.store (i32.mul (local.get $left) (i32.const ${stride * 4096})) (local.get $value))
      (br_if $next (local.get $left))))
  (func (export "${largeInterface}#sum") (result i32)
    (local $at i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (i32.load (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const ${largeGuestBytes}))))
    (local.get $sum)))`;

/** A guest with a memory of 9.5 MB, no page of which is empty, of which it writes little. */
export async function buildLargeGuest(): Promise<Uint8Array> {
  const embedded = await componentEmbed({ binary: await parse(wat), witSource: wit, world: 'guest' });
  return componentNew(embedded);
}
