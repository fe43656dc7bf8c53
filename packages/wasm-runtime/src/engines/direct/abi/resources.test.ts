import type { WitFunction, WitResource } from '@wasmlattice/rpc';
import { func, t } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { OptionalWait } from '../../optional-wait.js';
import { GuestResource } from './guest-resource.js';
import { buildCoreGuest, type CoreGuestSource, hostId } from './testing/core-guest.js';

const thing: WitResource = { instance: hostId, name: 'thing' };
const own = { kind: 'own', resource: thing } as const;
const borrow = { kind: 'borrow', resource: thing } as const;

class Thing {
  disposals = 0;
  [Symbol.dispose](): void {
    this.disposals++;
  }
}

class Other {}

const withParam = (name: string, type: typeof own | typeof borrow, result?: typeof own): WitFunction => ({
  name,
  params: [{ name: 'thing', type }],
  ...(result && { result }),
});

/** Keeps what it gets, drops it or gives it back, as told. */
const keeper: CoreGuestSource = {
  resources: [thing],
  imports: [
    withParam('look', borrow),
    withParam('give', own),
    {
      name: 'both',
      params: [
        { name: 'lent', type: borrow },
        { name: 'given', type: own },
      ],
    },
  ],
  exports: [
    withParam('keep', own),
    withParam('borrow-well', borrow),
    withParam('borrow-badly', borrow),
    withParam('give-borrowed', borrow),
    withParam('drop-both', borrow),
    withParam('pass', own, own),
    func('look-at', [['handle', t.u32]]),
    func('give-twice', []),
    func('lend-and-give', []),
  ],
  wat: `
    (import "host" "look" (func $look (param i32)))
    (import "host" "give" (func $give (param i32)))
    (import "host" "both" (func $both (param i32 i32)))
    (import "host" "[drop]thing" (func $drop (param i32)))
    ;; code
    (global $kept (mut i32) (i32.const 0))
    (func (export "keep") (param i32) (global.set $kept (local.get 0)))
    (func (export "borrow-well") (param i32)
      (call $look (local.get 0))
      (call $drop (local.get 0)))
    (func (export "borrow-badly") (param i32))
    (func (export "give-borrowed") (param i32) (call $give (local.get 0)))
    (func (export "drop-both") (param i32)
      (call $drop (local.get 0))
      (call $drop (local.get 0)))
    (func (export "pass") (param i32) (result i32) (local.get 0))
    (func (export "look-at") (param i32) (call $look (local.get 0)))
    (func (export "give-twice")
      (call $give (global.get $kept))
      (call $give (global.get $kept)))
    (func (export "lend-and-give") (call $both (global.get $kept) (global.get $kept)))`,
};

describe('a resource of the host', () => {
  it('is the same object on the way back', async () => {
    const { call } = (await buildCoreGuest(keeper))({ Thing });
    const object = new Thing();
    expect(await call('pass', object)).toBe(object);
    expect(object.disposals).toBe(0);
  });

  it('is lent for one call', async () => {
    const seen: unknown[] = [];
    const { call, instance } = (await buildCoreGuest(keeper))({
      Thing,
      look: (lent: unknown) => seen.push(lent),
    });
    const object = new Thing();
    await call('borrow-well', object);
    expect(seen).toEqual([object]);
    expect(object.disposals).toBe(0);
    expect(instance.stopWatching()).toBe(true);
    await expect(call('borrow-badly', object)).rejects.toThrow(
      'export test:guest/api borrow-badly: the guest returned without dropping 1 of the handles it was lent',
    );
  });

  it('is disposed after the invocation when the guest keeps it', async () => {
    const { call, instance } = (await buildCoreGuest(keeper))({ Thing });
    const object = new Thing();
    await call('keep', object);
    expect(object.disposals).toBe(0);
    expect(instance.stopWatching()).toBe(true);
    expect(object.disposals).toBe(1);
  });

  it.each([
    ['give-borrowed', [new Thing()], `handle 1 (${hostId} thing) is only borrowed and can't be given away`],
    ['drop-both', [new Thing()], `there is no handle 1 (expected ${hostId} thing)`],
    ['look-at', [1], `import ${hostId} look: there is no handle 1`],
    ['look-at', [0], 'there is no handle 0'],
    ['look-at', [0xffff_ffff], 'there is no handle 4294967295'],
    ['pass', [new Other()], `expected a ${hostId} thing, got an object of another class`],
    ['pass', [undefined], `expected a ${hostId} thing, got undefined`],
  ])('traps the guest in %s', async (name, params, message) => {
    const { call } = (await buildCoreGuest(keeper))({ Thing, look: () => undefined, give: () => undefined });
    await expect(call(name, ...params)).rejects.toThrow(message);
  });

  it('can be given away once, and not while it is lent', async () => {
    const link = await buildCoreGuest(keeper);
    const given: unknown[] = [];
    const host = { Thing, give: (object: unknown) => given.push(object), both: () => undefined };
    const first = link(host);
    await first.call('keep', new Thing());
    await expect(first.call('give-twice')).rejects.toThrow('there is no handle 1');
    expect(given).toHaveLength(1);
    const second = link(host);
    await second.call('keep', new Thing());
    await expect(second.call('lend-and-give')).rejects.toThrow(
      `import ${hostId} both: handle 1 (${hostId} thing) is borrowed and can't be given away`,
    );
  });

  it('does not pass for another type', async () => {
    const other: WitResource = { instance: hostId, name: 'other' };
    const { call } = (
      await buildCoreGuest({
        resources: [thing, other],
        imports: [withParam('look', borrow)],
        exports: [{ name: 'mix-up', params: [{ name: 'other', type: { kind: 'own', resource: other } }] }],
        wat: `
          (import "host" "look" (func $look (param i32)))
          ;; code
          (func (export "mix-up") (param i32) (call $look (local.get 0)))`,
      })
    )({ Thing, Other, look: () => undefined });
    await expect(call('mix-up', new Other())).rejects.toThrow(
      `import ${hostId} look: handle 1 is ${hostId} other, expected ${hostId} thing`,
    );
  });

  it('counts: a guest can hold many, not without end', async () => {
    const { call } = (
      await buildCoreGuest({
        resources: [thing],
        imports: [{ name: '[constructor]thing', params: [], result: own }],
        exports: [func('hoard', [['count', t.u32]])],
        wat: `
          (import "host" "[constructor]thing" (func $new (result i32)))
          ;; code
          (func (export "hoard") (param $count i32)
            (loop $next
              (drop (call $new))
              (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))`,
      })
    )({ Thing: Object });
    await call('hoard', 200_000);
    await expect(call('hoard', 200_000)).rejects.toThrow(
      'holds 262144 resources and gets one more by import test:host/api@1.0.0 [constructor]thing; its limit "handles" is 262144',
    );
  });
});

const counter: WitResource = { instance: 'test:guest/api', name: 'counter' };
const ownCounter = { kind: 'own', resource: counter } as const;
const self = { name: 'self', type: { kind: 'borrow', resource: counter } } as const;

/** A counter is known by the address of its value. The destructor counts at address 8. */
const counters: CoreGuestSource = {
  resources: [counter],
  destructor: 'destroy',
  imports: [func('pause', [])],
  suspending: ['pause'],
  exports: [
    { name: '[constructor]counter', params: [{ name: 'start', type: t.u32 }], result: ownCounter },
    { name: '[method]counter.add', params: [self, { name: 'by', type: t.u32 }], result: t.u32 },
    { name: '[method]counter.wait', params: [self] },
    {
      name: '[static]counter.merge',
      params: [self, { name: 'other', type: ownCounter }],
      result: ownCounter,
    },
    func('destroyed', [], t.u32),
    func('drop-own', []),
  ],
  wat: `
    (import "host" "pause" (func $pause))
    (import "host" "[new]counter" (func $new (param i32) (result i32)))
    (import "host" "[rep]counter" (func $rep (param i32) (result i32)))
    (import "host" "[drop]counter" (func $drop (param i32)))
    ;; code
    (func $make (param $start i32) (result i32)
      (local $value i32)
      (local.set $value (call $alloc (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 4)))
      (i32.store (local.get $value) (local.get $start))
      (call $new (local.get $value)))
    (func (export "[constructor]counter") (param i32) (result i32) (call $make (local.get 0)))
    (func (export "[method]counter.add") (param i32 i32) (result i32)
      (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (local.get 1)))
      (i32.load (local.get 0)))
    (func (export "[method]counter.wait") (param i32) (call $pause))
    (func (export "[static]counter.merge") (param i32 i32) (result i32)
      (call $make (i32.add (i32.load (local.get 0)) (i32.load (call $rep (local.get 1)))))
      (call $drop (local.get 1)))
    (func (export "destroyed") (result i32) (i32.load (i32.const 8)))
    (func (export "drop-own") (call $drop (call $make (i32.const 1))))
    (func (export "destroy") (param i32)
      (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))
      (if (i32.eq (i32.load (local.get 0)) (i32.const 666)) (then (unreachable))))`,
};

/** The destructor calls `pause`, too. */
const pausingCounters: CoreGuestSource = {
  ...counters,
  wat: counters.wat.replace('(func (export "destroy") (param i32)', '$& (call $pause)'),
};

describe('a resource of the guest', () => {
  it('is opaque to the host and known to the guest', async () => {
    const { call } = (await buildCoreGuest(counters))({});
    const one = await call('[constructor]counter', 40);
    expect(one).toBeInstanceOf(GuestResource);
    expect(await call('[method]counter.add', one, 2)).toBe(42);
    expect(await call('[method]counter.add', one, 1)).toBe(43);
    const two = await call('[constructor]counter', 7);
    const sum = await call('[static]counter.merge', one, two);
    expect(await call('[method]counter.add', sum, 0)).toBe(50);
    expect(await call('destroyed')).toBe(1);
    await expect(call('[method]counter.add', two, 0)).rejects.toThrow(
      'expected a test:guest/api counter of this guest that was neither dropped nor given back',
    );
  });

  it('goes through its destructor once, whoever drops it', async () => {
    const { call } = (await buildCoreGuest(counters))({});
    const one = (await call('[constructor]counter', 1)) as GuestResource;
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    expect(await call('destroyed')).toBe(1);
    await call('drop-own');
    expect(await call('destroyed')).toBe(2);
  });

  it('is dropped after the call that is under way', async () => {
    const pause = Promise.withResolvers<void>();
    const paused = Promise.withResolvers<void>();
    const { call, memory } = (await buildCoreGuest(counters))({
      pause: () => {
        paused.resolve();
        return pause.promise;
      },
    });
    const many: GuestResource[] = [];
    for (let i = 0; i < 200; i++) many.push((await call('[constructor]counter', i)) as GuestResource);
    const waiting = call('[method]counter.wait', many[0]);
    const next = call('destroyed');
    await paused.promise;
    for (const each of many) each[Symbol.dispose]();
    expect(memory[8]).toBe(0);
    pause.resolve();
    await waiting;
    expect(memory[8]).toBe(200);
    expect(await next).toBe(200);
  });

  it('tells when its destructor traps, and the guest is gone then', async () => {
    const { call, instance } = (await buildCoreGuest(counters))({});
    const bad = (await call('[constructor]counter', 666)) as GuestResource;
    expect(() => bad[Symbol.dispose]()).toThrow('unreachable');
    await expect(call('destroyed')).rejects.toThrow('the guest ended in an earlier call');
    expect(instance.stopWatching()).toBe(false);
  });

  it('goes on in its destructor when the host asks it to wait for the sake of others', async () => {
    const waits: unknown[] = [];
    const pause = (): OptionalWait<undefined> => {
      const wait = new OptionalWait(undefined, Promise.resolve());
      waits.push(wait);
      return wait;
    };
    const { call } = (await buildCoreGuest(pausingCounters))({ pause });
    const one = (await call('[constructor]counter', 1)) as GuestResource;
    one[Symbol.dispose]();
    await call('drop-own');
    expect(await call('destroyed')).toBe(2);
    expect(waits).toHaveLength(2);
    await call('[method]counter.wait', await call('[constructor]counter', 1));
    expect(waits).toHaveLength(3);
  });

  it('can not be given away while it is lent', async () => {
    const { call } = (await buildCoreGuest(counters))({});
    const one = await call('[constructor]counter', 1);
    await expect(call('[static]counter.merge', one, one)).rejects.toThrow(
      "is borrowed and can't be given away",
    );
  });

  it('belongs to one guest and one invocation', async () => {
    const link = await buildCoreGuest(counters);
    const [first, second] = [link({}), link({})];
    const one = (await first.call('[constructor]counter', 1)) as GuestResource;
    await expect(second.call('[method]counter.add', one, 1)).rejects.toThrow(
      'expected a test:guest/api counter of this guest',
    );
    first.instance.stopWatching();
    first.instance.startWatching(new Map());
    one[Symbol.dispose]();
    expect(await first.call('destroyed')).toBe(0);
  });
});
