import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { GuestClock } from '../../pool/guest-clock.js';
import { GuestSlices } from '../../pool/guest-slices.js';
import { OverloadedError } from '../../pool/overloaded-error.js';
import type { ComponentInstance } from '../engine.js';
import { createDirectEngine, type DirectEngineOptions } from './direct-engine.js';

async function start(text: string, options: DirectEngineOptions = {}): Promise<ComponentInstance> {
  const bytes = await parse(`(component ${text})`);
  const engine = createDirectEngine(options);
  const component = await engine.compile(bytes, { component: 'guest', suspends: () => false });
  return component.instantiate(new Map());
}

/** Room for so many stacks, and how many are in use. */
function roomFor(most: number) {
  let used = 0;
  return {
    used: () => used,
    enter(component: string): void {
      if (used >= most) {
        throw new OverloadedError({ component, budget: 'suspended-stacks', reason: `${most} stacks wait` });
      }
      used++;
    },
    leave(): void {
      used--;
    },
  };
}

/** A part that waits for ever when it is called, unless it is cancelled. */
const waiter = `
  (component $Waiter
    (core func $set.new (canon waitable-set.new))
    (core func $cancel (canon task.cancel))
    (core module $M
      (import "" "set.new" (func $set.new (result i32)))
      (import "" "cancel" (func $cancel))
      (func (export "wait") (result i32)
        (i32.or (i32.const 2) (i32.shl (call $set.new) (i32.const 4))))
      (func (export "callback") (param $code i32) (param i32 i32) (result i32)
        (if (i32.ne (local.get $code) (i32.const 6)) (then unreachable))
        (call $cancel)
        (i32.const 0)))
    (core instance $m (instantiate $M (with "" (instance
      (export "set.new" (func $set.new)) (export "cancel" (func $cancel))))))
    (func (export "wait") async (result u32)
      (canon lift (core func $m "wait") async (callback (core func $m "callback")))))`;

/** A part that calls it in the way that `body` says, which gives the result. */
function calling(body: string, lower: string): string {
  return `
    ${waiter}
    (component $Caller
      (import "wait" (func $wait async (result u32)))
      (core module $Libc (memory (export "memory") 1))
      (core instance $libc (instantiate $Libc))
      (core func $wait' (canon lower (func $wait) ${lower}))
      (core func $subtask.cancel (canon subtask.cancel))
      (core func $subtask.drop (canon subtask.drop))
      (core module $M
        (import "" "wait" (func $wait ${lower === '' ? '(result i32)' : '(param i32) (result i32)'}))
        (import "" "subtask.cancel" (func $subtask.cancel (param i32) (result i32)))
        (import "" "subtask.drop" (func $subtask.drop (param i32)))
        (func (export "run") (result i32) ${body}))
      (core instance $m (instantiate $M (with "" (instance
        (export "wait" (func $wait'))
        (export "subtask.cancel" (func $subtask.cancel))
        (export "subtask.drop" (func $subtask.drop))))))
      (func (export "run") async (result u32) (canon lift (core func $m "run"))))
    (instance $waiter (instantiate $Waiter))
    (instance $caller (instantiate $Caller (with "wait" (func $waiter "wait"))))
    (func (export "run") (alias export $caller "run"))`;
}

describe('an asynchronous call from part to part', () => {
  it('traps when nothing can ever end it, and says what waits for what', async () => {
    const instance = await start(calling('(call $wait)', ''));
    await expect(instance.call('', 'run', [])).rejects.toThrow(
      /deadlock.*function wait waits for an empty waitable set; .*run waits for the call of function wait/,
    );
  });

  it('ends before its result when its caller cancels it', async () => {
    const started = 1;
    const cancelledBeforeReturned = 4;
    const body = `
      (local $status i32) (local $state i32)
      (local.set $status (call $wait (i32.const 16)))
      (if (i32.ne (i32.and (local.get $status) (i32.const 0xf)) (i32.const ${started})) (then unreachable))
      (local.set $status (i32.shr_u (local.get $status) (i32.const 4)))
      (local.set $state (call $subtask.cancel (local.get $status)))
      (call $subtask.drop (local.get $status))
      (local.get $state)`;
    const instance = await start(calling(body, 'async (memory (core memory $libc "memory"))'));
    expect(await instance.call('', 'run', [])).toBe(cancelledBeforeReturned);
  });
});

/** A guest whose function `run` has `body`, and can make threads of the functions in its table: `thread`. */
function threaded(thread: string, body: string): string {
  return `
    (core module $T (table (export "table") 1 funcref))
    (core instance $t (instantiate $T))
    (core type $start (func (param i32)))
    (alias core export $t "table" (core table $table))
    (core func $new (canon thread.new-indirect $start (core table $table)))
    (core func $later (canon thread.resume-later))
    (core func $switch (canon thread.suspend-then-resume))
    (core func $index (canon thread.index))
    (core func $suspend (canon thread.suspend))
    (core func $yield (canon thread.yield))
    (core func $return (canon task.return (result u32)))
    (core module $M
      (import "" "table" (table $table 1 funcref))
      (import "" "new" (func $new (param i32 i32) (result i32)))
      (import "" "later" (func $later (param i32)))
      (import "" "switch" (func $switch (param i32) (result i32)))
      (import "" "index" (func $index (result i32)))
      (import "" "suspend" (func $suspend (result i32)))
      (import "" "yield" (func $yield (result i32)))
      (import "" "return" (func $return (param i32)))
      (global $count (mut i32) (i32.const 0))
      (global $main (mut i32) (i32.const 0))
      (func $thread (param i32) ${thread})
      (elem (table $table) (i32.const 0) func $thread)
      (func (export "run") (param $n i32) ${body}))
    (core instance $m (instantiate $M (with "" (instance
      (export "table" (table $table))
      (export "new" (func $new))
      (export "later" (func $later))
      (export "switch" (func $switch))
      (export "index" (func $index))
      (export "suspend" (func $suspend))
      (export "yield" (func $yield))
      (export "return" (func $return))))))
    (func (export "run") async (param "n" u32) (result u32) (canon lift (core func $m "run") async))`;
}

describe('a thread that a guest makes', () => {
  it('takes turns with the thread that made it', async () => {
    const instance = await start(
      threaded(
        '(global.set $count (i32.add (global.get $count) (local.get 0))) (call $later (global.get $main))',
        `(global.set $main (call $index))
         (drop (call $switch (call $new (i32.const 0) (local.get $n))))
         (drop (call $switch (call $new (i32.const 0) (local.get $n))))
         (call $return (global.get $count))`,
      ),
    );
    expect(await instance.call('', 'run', [4])).toBe(8);
  });

  const spawning = `
    (loop $again
      (call $later (call $new (i32.const 0) (i32.const 0)))
      (drop (call $yield))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (call $return (i32.const 7))`;

  it('traps with too many others that wait on stacks of their own', async () => {
    const few = await start(threaded('(drop (call $suspend))', spawning));
    expect(await few.call('', 'run', [100])).toBe(7);
    const many = await start(threaded('(drop (call $suspend))', spawning));
    await expect(many.call('', 'run', [1000])).rejects.toThrow(/256 stacks wait/);
  });

  it('takes room for its stack from the process, and gives it back when the guest is gone', async () => {
    const stacks = roomFor(1_000);
    const left = await start(threaded('(drop (call $suspend))', spawning), { stacks });
    expect(await left.call('', 'run', [100])).toBe(7);
    await left.settled?.();
    expect(stacks.used()).toBe(99);
    left.release?.();
    expect(stacks.used()).toBe(0);

    const many = await start(threaded('(drop (call $suspend))', spawning), { stacks });
    await expect(many.call('', 'run', [1000])).rejects.toThrow(/256 stacks wait/);
    expect(stacks.used()).toBe(0);
  });

  it('ends the guest where the process has no room for its stack', async () => {
    const stacks = roomFor(10);
    const instance = await start(threaded('(drop (call $suspend))', spawning), { stacks });
    const failure = instance.call('', 'run', [100]);
    await expect(failure).rejects.toMatchObject({ name: 'TrapError', cause: { name: 'OverloadedError' } });
    expect(stacks.used()).toBe(0);
  });

  it('can not go on when the guest is gone, whatever it catches', async () => {
    const clock = new GuestClock();
    const stubborn = await start(
      threaded(
        '(block $caught (try_table (catch_all $caught) (drop (call $suspend)))) (loop $on (br $on))',
        '(call $later (call $new (i32.const 0) (i32.const 0))) (drop (call $yield)) unreachable',
      ),
      { preemption: new GuestSlices(clock.add(0)) },
    );
    await expect(stubborn.call('', 'run', [1])).rejects.toThrow(/unreachable/);
    // The thread goes on to its next check, which ends it.
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    await clock.close();
  });

  it('keeps the instance until it is over, after the result', async () => {
    const instance = await start(
      threaded(
        '(drop (call $yield)) (drop (call $yield))',
        '(call $later (call $new (i32.const 0) (i32.const 0))) (call $return (local.get $n))',
      ),
    );
    expect(await instance.call('', 'run', [3])).toBe(3);
    await instance.settled?.();
    expect(instance.settled?.()).toBeUndefined();
  });

  it('fails whoever waits for the guest to settle when it traps after the result', async () => {
    const instance = await start(
      threaded(
        '(drop (call $yield)) unreachable',
        '(call $later (call $new (i32.const 0) (i32.const 0))) (call $return (local.get $n))',
      ),
    );
    expect(await instance.call('', 'run', [3])).toBe(3);
    await expect(instance.settled?.()).rejects.toThrow(/unreachable/);
  });
});
