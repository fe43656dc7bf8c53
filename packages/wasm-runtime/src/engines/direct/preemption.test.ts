import { setImmediate as turn } from 'node:timers/promises';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrapError } from '../../errors.js';
import { GuestClock } from '../../pool/guest-clock.js';
import { GuestSlices } from '../../pool/guest-slices.js';
import { buildGuest } from '../../testing/build-guest.js';
import { buildBusyGuest, busyInterface } from '../../testing/busy-guest.js';
import type { CompiledComponent, ComponentInstance, Engine } from '../engine.js';
import { createDirectEngine } from './direct-engine.js';

class DeadlineError extends Error {}

let clock: GuestClock;
let engine: Engine;
let guest: CompiledComponent;

beforeEach(async () => {
  clock = new GuestClock();
  engine = createDirectEngine({ preemption: new GuestSlices(clock.add(0)) });
  guest = await engine.compile(await buildBusyGuest(), { component: 'busy', suspends: () => false });
});

afterEach(() => clock.close());

function call(instance: ComponentInstance, func: string, ...params: readonly unknown[]): Promise<unknown> {
  return instance.call(busyInterface, func, params);
}

/** What a guest answers that runs in the same thread meanwhile. */
async function askNeighbour(): Promise<unknown> {
  const neighbour = await guest.instantiate(new Map());
  const answer = await call(neighbour, 'quick');
  neighbour.release?.();
  return answer;
}

describe('a guest that computes without end', () => {
  it.each([
    ['in a loop', 'spin'],
    ['in recursion', 'recurse'],
    ['in tail calls', 'tail-calls'],
    ['in fills and copies', 'fill-and-copy'],
    ['in a loop that catches everything', 'catch-all'],
  ])('%s leaves others their turns, and ends with its signal', async (_, func) => {
    const deadline = new AbortController();
    const instance = await guest.instantiate(new Map(), { signal: deadline.signal });
    const busy = call(instance, func);
    for (let turns = 0; turns < 20; turns++) {
      expect(await askNeighbour()).toBe(7);
      await turn();
    }
    deadline.abort(new DeadlineError('time is up'));
    await expect(busy).rejects.toMatchObject({ kind: 'aborted', cause: expect.any(DeadlineError) });
    expect(await askNeighbour()).toBe(7);
  });

  it.each([
    ['spin', [/^forever$/, /^wasm-function/]],
    ['tail-calls', [/^t[io]ck$/, /^wasm-function/]],
    ['fill-and-copy', [/^fill-and-copy$/]],
    ['catch-all', [/^forever$/, /^wasm-function/]],
  ])('tells where it was when its time was up, in frames of its own: %s', async (func, expected) => {
    const deadline = new AbortController();
    const instance = await guest.instantiate(new Map(), { signal: deadline.signal });
    const busy = call(instance, func);
    expect(await askNeighbour()).toBe(7);
    deadline.abort(new DeadlineError('time is up'));
    const { backtrace } = (await busy.catch((error: unknown) => error)) as TrapError;
    const frames = backtrace?.split('\n').map((line) => line.trim().replace(/^at (\S+).*$/, '$1'));
    expect(frames).toEqual(expected.map((frame) => expect.stringMatching(frame)));
  });

  it('is ended where it can not be suspended: in realloc', async () => {
    const instance = await guest.instantiate(new Map());
    await call(instance, 'allocate', '');
    await expect(call(instance, 'allocate', 'text')).rejects.toMatchObject({
      cause: expect.objectContaining({ name: 'BlockedThreadError' }),
      backtrace: expect.stringMatching(/^ {4}at forever .*\n {4}at wasm-function/),
    });
    expect(await askNeighbour()).toBe(7);
  });

  it('is ended where it can not be suspended: in post-return', async () => {
    const instance = await guest.instantiate(new Map());
    await expect(call(instance, 'post-return')).rejects.toMatchObject({
      name: 'TrapError',
      cause: expect.objectContaining({
        name: 'BlockedThreadError',
        message: expect.stringContaining('100 ms'),
      }),
    });
    expect(await askNeighbour()).toBe(7);
  });

  it('is ended where it can not be suspended: in a destructor', async () => {
    const instance = await guest.instantiate(new Map());
    const thing = (await call(instance, '[constructor]thing', true)) as Disposable;
    expect(() => thing[Symbol.dispose]()).toThrow(/held its thread/);
    expect(await askNeighbour()).toBe(7);
  });
});

it('shows the table of its checks to no other module of its component', async () => {
  const component = (table: string): Promise<Uint8Array> =>
    parse(`(component
      (core module $spins (table (export "own") 1 funcref) (func (export "spin") (loop $l (br $l))))
      (core instance $spins (instantiate $spins))
      (core module $robs (import "spins" "${table}" (table 1 funcref)) (func $nothing) (elem (i32.const 0) func $nothing))
      (core instance (instantiate $robs (with "spins" (instance $spins))))
      (func (export "spin") (canon lift (core func $spins "spin"))))`);
  const load = async (table: string): Promise<ComponentInstance> => {
    const compiled = await engine.compile(await component(table), {
      component: 'robber',
      suspends: () => false,
    });
    return compiled.instantiate(new Map());
  };
  await load('own');
  await expect(load('wasmlattice:0:table1')).rejects.toThrow(/wasmlattice:0:table1/);
});

it('that never comes to the end of its start function is ended there, and tells where', async () => {
  const bytes = await buildGuest({
    wit: 'world guest {}',
    wat: ';; code\n (func $forever (loop $l (br $l))) (func $init (call $forever)) (start $init)',
  });
  const starting = await engine.compile(bytes, { component: 'guest', suspends: () => false });
  const deadline = new AbortController();
  const instantiating = starting.instantiate(new Map(), { signal: deadline.signal });
  expect(await askNeighbour()).toBe(7);
  deadline.abort(new DeadlineError('time is up'));
  await expect(instantiating).rejects.toMatchObject({
    name: 'InstantiationError',
    kind: 'aborted',
    cause: expect.any(DeadlineError),
    backtrace: expect.stringMatching(/^ {4}at forever .*\n {4}at init \(wasm-function\[\d+\]\)$/),
  });
});

it('takes turns with other guests that compute, and computes what it would alone', async () => {
  const instances = await Promise.all([1, 2, 3].map(() => guest.instantiate(new Map())));
  const rounds = 20_000_000n;
  const answers = await Promise.all(instances.map((instance) => call(instance, 'rounds', rounds)));
  expect(answers).toEqual([rounds, rounds, rounds]);
});

it('is reset after it was suspended', async () => {
  const first = await guest.instantiate(new Map());
  const busy = call(first, 'rounds', 100_000_000n);
  expect(await askNeighbour()).toBe(7);
  expect(await busy).toBe(100_000_000n);
  first.release?.();
  expect(await askNeighbour()).toBe(7);
});

describe('a part of a composed component that computes without end', () => {
  const forever = '(loop $l (br $l))';

  /** The outer part calls the inner one, whose functions are given, with a text. */
  const composed = ({ body = '', realloc = '', postReturn = '', drop = '' }): string => `(component
    (component $Inner
      (core module $m (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) ${realloc} (i32.const 1024))
        (func (export "f") (param i32 i32) (result i32) ${body} (i32.const 1))
        (func (export "after") (param i32) ${postReturn})
        (func (export "drop") (param i32) ${drop}))
      (core instance $m (instantiate $m))
      (type $r (resource (rep i32) (dtor (core func $m "drop"))))
      (export $R "r" (type $r))
      (core func $new (canon resource.new $r))
      (func (export "make") (param "rep" u32) (result (own $R)) (canon lift (core func $new)))
      (func (export "f") (param "text" string) (result u32) (canon lift (core func $m "f")
        (memory (core memory $m "memory")) (realloc (core func $m "realloc")) (post-return (core func $m "after")))))
    (component $Outer
      (import "inner" (instance $inner
        (export "r" (type $r (sub resource)))
        (export "make" (func (param "rep" u32) (result (own $r))))
        (export "f" (func (param "text" string) (result u32)))))
      (alias export $inner "r" (type $r))
      (core module $lib (memory (export "memory") 1))
      (core instance $lib (instantiate $lib))
      (core func $f (canon lower (func $inner "f") (memory (core memory $lib "memory"))))
      (core func $make (canon lower (func $inner "make")))
      (core func $drop (canon resource.drop $r))
      (core module $m
        (import "" "f" (func $f (param i32 i32) (result i32)))
        (import "" "make" (func $make (param i32) (result i32)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "f") (result i32) (call $f (i32.const 0) (i32.const 0)))
        (func (export "drop") (call $drop (call $make (i32.const 7)))))
      (core instance $m (instantiate $m (with "" (instance
        (export "f" (func $f)) (export "make" (func $make)) (export "drop" (func $drop))))))
      (func (export "f") (result u32) (canon lift (core func $m "f")))
      (func (export "drop") (canon lift (core func $m "drop"))))
    (instance $inner (instantiate $Inner))
    (instance $outer (instantiate $Outer (with "inner" (instance $inner))))
    (export "f" (func $outer "f")) (export "drop" (func $outer "drop")))`;

  async function start(text: string, signal?: AbortSignal): Promise<ComponentInstance> {
    const compiled = await engine.compile(await parse(text), {
      component: 'composed',
      suspends: () => false,
    });
    return await compiled.instantiate(new Map(), signal && { signal });
  }

  it('leaves others their turns, and ends with the signal of its caller', async () => {
    const deadline = new AbortController();
    const instance = await start(composed({ body: forever }), deadline.signal);
    const busy = instance.call('', 'f', []);
    for (let turns = 0; turns < 20; turns++) {
      expect(await askNeighbour()).toBe(7);
      await turn();
    }
    deadline.abort(new DeadlineError('time is up'));
    await expect(busy).rejects.toMatchObject({ kind: 'aborted', cause: expect.any(DeadlineError) });
    expect(await askNeighbour()).toBe(7);
  });

  it.each([
    ['in realloc', 'f', { realloc: forever }],
    ['in post-return', 'f', { postReturn: forever }],
    ['in a destructor', 'drop', { drop: forever }],
  ])('is ended where it can not be suspended: %s', async (_, func, code) => {
    const instance = await start(composed(code));
    await expect(instance.call('', func, [])).rejects.toMatchObject({
      cause: expect.objectContaining({ name: 'BlockedThreadError' }),
    });
    expect(await askNeighbour()).toBe(7);
  });

  it('is ended, though each of its calls is short', async () => {
    const deadline = new AbortController();
    const instance = await start(
      composed({}).replace(
        '(call $f (i32.const 0) (i32.const 0))',
        '(loop $l (drop (call $f (i32.const 0) (i32.const 0))) (br $l)) unreachable',
      ),
      deadline.signal,
    );
    const busy = instance.call('', 'f', []);
    expect(await askNeighbour()).toBe(7);
    deadline.abort(new DeadlineError('time is up'));
    await expect(busy).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('ends its caller when it takes all of the stack', async () => {
    const recursive = composed({ body: '(drop (call $again))' }).replace(
      '(func (export "after")',
      '(func $again (result i32) (i32.add (call $again) (i32.const 1))) (func (export "after")',
    );
    const instance = await start(recursive);
    await expect(instance.call('', 'f', [])).rejects.toMatchObject({ name: 'TrapError', kind: 'limit' });
    expect(await askNeighbour()).toBe(7);
  });
});
