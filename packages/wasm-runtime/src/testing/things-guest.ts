import { buildGuest } from './build-guest.js';

export const keeperInterface = 'test:guest/keeper@1.0.0';
export const thingsInterface = 'test:host/things@1.0.0';

/** A guest that uses a resource of the host in every way there is. */
export function buildThingsGuest(): Promise<Uint8Array> {
  return buildGuest({
    wit: `
      world guest {
        import test:host/things@1.0.0;
        export keeper;
      }
      interface keeper {
        use test:host/things@1.0.0.{thing};
        /// Makes a thing, calls a method of it, drops it.
        use-one: func(start: u32) -> u32;
        /// Gives back what it gets.
        pass: func(thing: thing) -> thing;
        /// Calls a method of what it is lent.
        inspect: func(thing: borrow<thing>) -> u32;
        /// Merges both by a static function.
        merge: func(one: thing, other: thing) -> thing;
        drop-twice: func(thing: thing);
        /// Has things come and go in one call.
        churn: func(count: u32);
        /// Gets many at once.
        several: func(count: u32) -> list<thing>;
      }
      package test:host@1.0.0 {
        interface things {
          resource thing {
            constructor(start: u32);
            get-value: func() -> u32;
            merge-all: static func(one: thing, other: thing) -> thing;
          }
          make-several: func(count: u32) -> list<thing>;
        }
      }`,
    wat: `
      (import "${thingsInterface}" "[constructor]thing" (func $new (param i32) (result i32)))
      (import "${thingsInterface}" "[method]thing.get-value" (func $get (param i32) (result i32)))
      (import "${thingsInterface}" "[static]thing.merge-all" (func $merge (param i32 i32) (result i32)))
      (import "${thingsInterface}" "make-several" (func $several (param i32 i32)))
      (import "${thingsInterface}" "[resource-drop]thing" (func $drop (param i32)))
      ;; code
      (func (export "${keeperInterface}#use-one") (param i32) (result i32)
        (local $thing i32)
        (local.set $thing (call $new (local.get 0)))
        (call $get (local.get $thing))
        (call $drop (local.get $thing)))
      (func (export "${keeperInterface}#pass") (param i32) (result i32) (local.get 0))
      (func (export "${keeperInterface}#inspect") (param i32) (result i32)
        (call $get (local.get 0))
        (call $drop (local.get 0)))
      (func (export "${keeperInterface}#merge") (param i32 i32) (result i32)
        (call $merge (local.get 0) (local.get 1)))
      (func (export "${keeperInterface}#drop-twice") (param i32)
        (call $drop (local.get 0))
        (call $drop (local.get 0)))
      (func (export "${keeperInterface}#churn") (param $count i32)
        (loop $next
          (call $drop (call $new (local.get $count)))
          (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
      (func (export "${keeperInterface}#several") (param i32) (result i32)
        (call $several (local.get 0) (i32.const 16))
        (i32.const 16))`,
  });
}
