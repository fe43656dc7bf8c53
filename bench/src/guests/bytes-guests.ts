import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';

export const bytesInterface = 'bench:bytes/bytes@1.0.0';
export const loopInterface = 'bench:bytes/loop@1.0.0';

const wit = `
  package bench:bytes@1.0.0;
  interface bytes {
    echo: func(bytes: list<u8>) -> list<u8>;
  }
  interface loop {
    /// Calls echo so many times, with 64 bytes.
    run: func(count: u32);
  }
  world echoer { export bytes; }
  world looper { import bytes; export loop; }`;

const memory = '(memory (export "memory") 1)';
/** Every call begins with an empty heap: results are read before the next one is asked for. */
const realloc = `
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))`;

const echoer = `(module ${memory} ${realloc}
  (func (export "${bytesInterface}#echo") (param i32 i32) (result i32)
    (i32.store (i32.const 80) (local.get 0))
    (i32.store (i32.const 84) (local.get 1))
    (i32.const 80)))`;

const looper = `(module
  (import "${bytesInterface}" "echo" (func $echo (param i32 i32 i32)))
  ${memory} ${realloc}
  (func (export "${loopInterface}#run") (param $count i32)
    (loop $again
      (call $echo (i32.const 128) (i32.const 64) (i32.const 64))
      (if (i32.ne (i32.load (i32.const 68)) (i32.const 64)) (then unreachable))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $again (local.get $count)))))`;

/** Two guests of a few instructions, so that what is measured is the call: one calls the other. */
export async function buildBytesGuests(): Promise<Readonly<Record<'echoer' | 'looper', Uint8Array>>> {
  const build = async (world: string, text: string): Promise<Uint8Array> =>
    componentNew(await componentEmbed({ binary: await parse(text), witSource: wit, world }));
  return { echoer: await build('echoer', echoer), looper: await build('looper', looper) };
}
