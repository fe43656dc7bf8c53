import { func, t } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { buildCoreGuest } from './testing/core-guest.js';

const label = 'export test:guest/api';

const echo = func('echo', [['text', t.string]], t.string);

/** Returns what it got, from address 16. */
const echoCode = `
  (func (export "echo") (param i32 i32) (result i32)
    (i32.store (i32.const 16) (local.get 0))
    (i32.store (i32.const 20) (local.get 1))
    (i32.const 16))`;

describe('a function of the guest called by the host', () => {
  it('frees by its post-return what it returned', async () => {
    const link = await buildCoreGuest({
      exports: [echo],
      postReturn: { echo: 'after' },
      wat: `;; code
        ${echoCode}
        (func (export "after") (param i32) (i32.store8 (i32.load (local.get 0)) (i32.const 0x21)))`,
    });
    const { call, memory } = link({});
    expect(await call('echo', 'text')).toBe('text');
    expect(Buffer.from(memory).includes('!ext')).toBe(true);
  });

  it('sees memory that it grew itself', async () => {
    const link = await buildCoreGuest({
      exports: [func('fill', [['value', t.u8]], t.list(t.u8))],
      wat: `;; code
        (func (export "fill") (param i32) (result i32)
          (drop (memory.grow (i32.const 2)))
          (memory.fill (i32.const 70000) (local.get 0) (i32.const 50000))
          (i32.store (i32.const 16) (i32.const 70000))
          (i32.store (i32.const 20) (i32.const 50000))
          (i32.const 16))`,
    });
    const { call } = link({});
    const first = (await call('fill', 7)) as Uint8Array;
    await call('fill', 8);
    expect(first).toEqual(new Uint8Array(50000).fill(7));
  });

  it('returns scalars without memory', async () => {
    const link = await buildCoreGuest({
      exports: [
        func('negate', [['value', t.s64]], t.s64),
        func('is-big', [['value', t.u64]], t.bool),
        func('half', [['value', t.f32]], t.f64),
        func('next', [['value', t.char]], t.char),
        func('widest', [], t.u32),
      ],
      wat: `;; code
        (func (export "negate") (param i64) (result i64) (i64.sub (i64.const 0) (local.get 0)))
        (func (export "is-big") (param i64) (result i32) (i64.gt_u (local.get 0) (i64.const 0x7fffffffffffffff)))
        (func (export "half") (param f32) (result f64) (f64.promote_f32 (f32.mul (local.get 0) (f32.const 0.5))))
        (func (export "next") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
        (func (export "widest") (result i32) (i32.const -1))`,
    });
    const { call } = link({});
    expect(await call('negate', 2n ** 63n - 1n)).toBe(1n - 2n ** 63n);
    expect(await call('is-big', 2n ** 64n - 1n)).toBe(true);
    expect(await call('is-big', 1n)).toBe(false);
    expect(await call('half', 3)).toBe(1.5);
    expect(await call('next', '🐘')).toBe('🐙');
    expect(await call('widest')).toBe(0xffff_ffff);
    await expect(call('next', '\ud7ff')).rejects.toThrow(`${label} next: 0xd800 is no char`);
  });

  it.each([
    ['a string beyond the end of the memory', 65530, 10, 'a string of 10 bytes at 65530 is beyond the end'],
    ['a string that wraps around', 0xffff_fff0, 0x20, 'a string of 32 bytes at 4294967280 is beyond the end'],
    [
      'a string as long as can be said',
      0,
      0xffff_ffff,
      'a string of 4294967295 bytes at 0 is beyond the end',
    ],
    ['bytes that are no UTF-8', 32, 2, 'the string at 32, 2 bytes long, is not UTF-8'],
  ])('traps when it returns %s', async (_what, address, length, message) => {
    const link = await buildCoreGuest({
      exports: [echo],
      wat: `;; code
        (func (export "echo") (param i32 i32) (result i32)
          (i32.store (i32.const 16) (i32.const ${address}))
          (i32.store (i32.const 20) (i32.const ${length}))
          (i32.store16 (i32.const 32) (i32.const 0x28c3))
          (i32.const 16))`,
    });
    await expect(link({}).call('echo', '')).rejects.toThrow(`${label} echo: ${message}`);
  });

  it.each([
    ['not aligned', '(i32.const 18)', 'the result at 18 is not aligned to 4 bytes'],
    [
      'beyond the memory',
      '(i32.const -8)',
      'the result of 8 bytes at 4294967288 is beyond the end of the memory',
    ],
  ])('traps when its result is %s', async (_where, address, message) => {
    const link = await buildCoreGuest({
      exports: [echo],
      wat: `;; code
        (func (export "echo") (param i32 i32) (result i32) ${address})`,
    });
    await expect(link({}).call('echo', '')).rejects.toThrow(`${label} echo: ${message}`);
  });

  it('traps when its realloc gives memory that is not there', async () => {
    const link = await buildCoreGuest({
      exports: [echo],
      wat: `;; code
        ${echoCode}
        (func $set (global.set $heap (i32.const 65530)))
        (start $set)`,
    });
    const { call } = link({});
    expect(await call('echo', 'short')).toBe('short');
    await expect(call('echo', 'long')).rejects.toThrow(
      `${label} echo: the memory allocated for a string of 4 bytes at 65535 is beyond the end`,
    );
  });

  it('is not called again once the guest has trapped', async () => {
    const link = await buildCoreGuest({
      exports: [func('fail', []), func('fine', [])],
      wat: `;; code
        (func (export "fail") unreachable)
        (func (export "fine"))`,
    });
    const { call } = link({});
    await call('fine');
    await expect(call('fail')).rejects.toThrow('unreachable');
    await expect(call('fine')).rejects.toThrow(`${label} fine: the guest ended in an earlier call`);
  });

  it('is refused when it waited for a call in which the guest trapped', async () => {
    const gate = Promise.withResolvers<void>();
    const link = await buildCoreGuest({
      imports: [func('pause', [])],
      suspending: ['pause'],
      exports: [func('fail', []), func('fine', [])],
      wat: `
        (import "host" "pause" (func $pause))
        ;; code
        (func (export "fail") (call $pause) (unreachable))
        (func (export "fine"))`,
    });
    const { call } = link({ pause: () => gate.promise });
    const calls = [call('fail'), call('fine'), call('fine')];
    gate.resolve();
    const [failed, ...refused] = await Promise.allSettled(calls);
    expect(failed).toMatchObject({ reason: { message: 'unreachable' } });
    for (const each of refused) {
      expect(each).toMatchObject({
        reason: { message: expect.stringContaining('ended in an earlier call') },
      });
    }
  });

  it('does not see a call with a wrong parameter, and serves the next one', async () => {
    const link = await buildCoreGuest({ exports: [echo], wat: `;; code\n${echoCode}` });
    const { call } = link({});
    await expect(call('echo', 5)).rejects.toThrow(`${label} echo: expected a string, got number`);
    expect(await call('echo', 'fine')).toBe('fine');
  });

  it('serves again after an invocation', async () => {
    const link = await buildCoreGuest({ exports: [echo], wat: `;; code\n${echoCode}` });
    const { call, instance } = link({});
    expect(await call('echo', 'one')).toBe('one');
    expect(instance.hasCalledOut).toBe(false);
    expect(instance.stopWatching()).toBe(true);
    instance.startWatching(new Map());
    expect(await call('echo', 'two')).toBe('two');
  });
});
