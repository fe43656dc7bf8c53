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
