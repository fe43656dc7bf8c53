import { buildGuest } from './build-guest.js';

export const endlessInterface = 'test:guest/endless@1.0.0';
export const helpersInterface = 'test:guest/helpers@1.0.0';

/** Functions of {@link buildEndlessGuest} that go on for ever, by what they do. */
export const endless = {
  'a loop': 'spin',
  'a loop of jump tables': 'jump-tables',
  'calls that call twice each, 60 deep': 'calls-twice',
  'tail calls': 'tail-calls',
  'throwing and catching': 'throws',
  'catching whatever comes': 'catch-all',
  'copying and filling 128 MiB': 'copies',
  'filling in straight code': 'fills-straight',
  'growing its memory': 'grows-memory',
  'growing its tables': 'grows-tables',
  'calls of the host': 'calls-host',
  'calls of the host, twice for each': 'calls-host-in-calls',
  'making and dropping things': 'drops',
} as const;

/** As {@link endless}, where the guest can't be suspended. */
export const endlessUnsuspended = {
  'a destructor': 'drops-forever',
  'the allocation for a text of the host': 'text-from-host',
  'many allocations for texts of the host': 'texts-from-host',
} as const;

/** A guest of which nothing good is to be expected; `quick` answers at once. */
export function buildEndlessGuest(): Promise<Uint8Array> {
  const name = (func: string): string => `"${endlessInterface}#${func}"`;
  const deep = Array.from({ length: 60 }, (_, depth) =>
    depth === 0 ? '(func $deep0)' : `(func $deep${depth} (call $deep${depth - 1}) (call $deep${depth - 1}))`,
  );
  const functions = [...Object.values(endless), ...Object.values(endlessUnsuspended)];
  return buildGuest({
    wit: `
      world guest {
        import helpers;
        export endless;
      }
      interface helpers {
        answer: func() -> u32;
        text: func() -> string;
        texts: func() -> list<string>;
      }
      interface endless {
        resource thing {
          constructor(spins: bool);
        }
        quick: func() -> u32;
        recurse: func();
        ${functions.map((func) => `${func}: func();`).join('\n')}
      }`,
    runtime: `
      (memory (export "memory") 2100) (table $table 1 funcref)
      (global $slow (mut i32) (i32.const 0))
      (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (if (i32.eq (global.get $slow) (i32.const 1)) (then (call $forever)))
        (if (i32.eq (global.get $slow) (i32.const 2)) (then (call $while)))
        (i32.const 1024))`,
    wat: `
      (import "[export]${endlessInterface}" "[resource-new]thing" (func $new (param i32) (result i32)))
      (import "[export]${endlessInterface}" "[resource-drop]thing" (func $drop (param i32)))
      (import "${helpersInterface}" "answer" (func $answer (result i32)))
      (import "${helpersInterface}" "text" (func $text (param i32)))
      (import "${helpersInterface}" "texts" (func $texts (param i32)))
      ;; code
      (tag $tag)
      (func $forever (loop $l (br $l)))
      (func $while (local i32) (loop $l
        (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 5000000)))))
      (func (export ${name('quick')}) (result i32) (i32.const 7))
      (func $recurse (export ${name('recurse')}) (call $recurse))
      (func (export ${name('spin')}) (call $forever))
      (func (export ${name('jump-tables')}) (local i32)
        (loop $l (block $b (block $a
          (br_table $a $b $l (local.tee 0 (i32.rem_u (i32.add (local.get 0) (i32.const 1)) (i32.const 3)))))
          (br $l)) (br $l)))
      ${deep.join('\n')}
      (func (export ${name('calls-twice')}) (call $deep59))
      (func $tick (return_call $tock))
      (func $tock (return_call $tick))
      (func (export ${name('tail-calls')}) (call $tick))
      (func (export ${name('throws')})
        (loop $l (block $caught (try_table (catch_all $caught) (throw $tag))) (br $l)))
      (func (export ${name('catch-all')})
        (loop $again (block $caught (try_table (catch_all $caught) (call $forever))) (br $again)))
      (func (export ${name('copies')})
        (loop $l
          (memory.fill (i32.const 2048) (i32.const 1) (i32.const 134217728))
          (memory.copy (i32.const 2049) (i32.const 2048) (i32.const 134217728))
          (br $l)))
      (func $fills ${'(memory.fill (i32.const 2048) (i32.const 1) (i32.const 1048576))'.repeat(20_000)})
      (func (export ${name('fills-straight')}) (call $fills) (call $fills) (call $fills) (call $forever))
      (func (export ${name('grows-memory')})
        (loop $l (drop (memory.grow (i32.const 1))) (br $l)))
      (func (export ${name('grows-tables')})
        (loop $l (drop (table.grow $table (ref.null func) (i32.const 1))) (br $l)))
      (func (export ${name('calls-host')}) (loop $l (drop (call $answer)) (br $l)))
      (func $asks (param i32)
        (if (i32.eqz (local.get 0)) (then (return)))
        (drop (call $answer))
        (call $asks (i32.sub (local.get 0) (i32.const 1)))
        (call $asks (i32.sub (local.get 0) (i32.const 1))))
      (func (export ${name('calls-host-in-calls')}) (call $asks (i32.const 60)))
      (func (export ${name('drops')})
        (loop $l (call $drop (call $new (i32.const 0))) (br $l)))
      (func (export ${name('drops-forever')}) (call $drop (call $new (i32.const 1))))
      (func (export ${name('text-from-host')}) (global.set $slow (i32.const 1)) (call $text (i32.const 8)))
      (func (export ${name('texts-from-host')}) (global.set $slow (i32.const 2)) (call $texts (i32.const 8)))
      (func (export ${name('[constructor]thing')}) (param i32) (result i32) (call $new (local.get 0)))
      (func (export "${endlessInterface}#[dtor]thing") (param i32) (if (local.get 0) (then (call $forever))))`,
  });
}
