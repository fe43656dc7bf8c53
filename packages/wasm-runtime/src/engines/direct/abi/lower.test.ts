import { func, t } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { ExitError } from '../../../errors.js';
import { ResultError } from '../../../host-functions/wasi/io/index.js';
import { buildCoreGuest, hostId } from './testing/core-guest.js';

const label = `import ${hostId}`;

describe('a host function called by a guest', () => {
  it('gets strings and gives strings', async () => {
    const link = await buildCoreGuest({
      imports: [func('greet', [['name', t.string]], t.string)],
      exports: [func('run', [['name', t.string]], t.string)],
      wat: `
        (import "host" "greet" (func $greet (param i32 i32 i32)))
        ;; code
        (func (export "run") (param i32 i32) (result i32)
          (call $greet (local.get 0) (local.get 1) (i32.const 16))
          (i32.const 16))`,
    });
    const { call } = link({ greet: (name: string) => `Grüß dich, ${name}! 👋` });
    expect(await call('run', 'Zoë')).toBe('Grüß dich, Zoë! 👋');
  });

  it('gets more parameters than fit core values', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `p${i}`);
    const link = await buildCoreGuest({
      imports: [
        func(
          'sum',
          names.map((name) => [name, t.u16] as const),
          t.u32,
        ),
      ],
      exports: [
        func(
          'run',
          names.map((name) => [name, t.u16] as const),
          t.u32,
        ),
      ],
      wat: `
        (import "host" "sum" (func $sum (param i32) (result i32)))
        ;; code
        (func (export "run") (param i32) (result i32) (call $sum (local.get 0)))`,
    });
    const { call } = link({ sum: (...values: number[]) => values.reduce((a, b) => 2 * a + b) });
    const values = names.map((_, i) => i);
    expect(await call('run', ...values)).toBe(values.reduce((a, b) => 2 * a + b));
  });

  it('is a method of the object, a static function of the class, or its constructor', async () => {
    const resource = { instance: hostId, name: 'run-counter' };
    const own = { kind: 'own', resource } as const;
    const link = await buildCoreGuest({
      resources: [resource],
      imports: [
        { name: '[constructor]run-counter', params: [{ name: 'start', type: t.u32 }], result: own },
        {
          name: '[static]run-counter.merge-all',
          params: [
            { name: 'a', type: own },
            { name: 'b', type: own },
          ],
          result: own,
        },
        {
          name: '[method]run-counter.get-next',
          params: [
            { name: 'self', type: { kind: 'borrow', resource } },
            { name: 'by', type: t.u32 },
          ],
          result: t.u32,
        },
      ],
      exports: [func('run', [], t.u32)],
      wat: `
        (import "host" "[constructor]run-counter" (func $new (param i32) (result i32)))
        (import "host" "[static]run-counter.merge-all" (func $merge (param i32 i32) (result i32)))
        (import "host" "[method]run-counter.get-next" (func $next (param i32 i32) (result i32)))
        (import "host" "[drop]run-counter" (func $drop (param i32)))
        ;; code
        (func (export "run") (result i32)
          (local $counter i32)
          (local.set $counter (call $merge (call $new (i32.const 30)) (call $new (i32.const 7))))
          (call $next (local.get $counter) (i32.const 5))
          (call $drop (local.get $counter)))`,
    });
    const disposed: number[] = [];
    class RunCounter {
      value: number;
      constructor(start: number) {
        this.value = start;
      }
      static mergeAll(a: RunCounter, b: RunCounter): RunCounter {
        return new RunCounter(a.value + b.value);
      }
      getNext(by: number): number {
        return this.value + by;
      }
      [Symbol.dispose](): void {
        disposed.push(this.value);
      }
    }
    const { call } = link({ RunCounter });
    expect(await call('run')).toBe(42);
    expect(disposed).toEqual([37]);
  });

  const check = func('check', [['id', t.u32]], t.result(t.u32, t.string));
  const checkGuest = {
    imports: [check],
    exports: [check],
    wat: `
      (import "host" "check" (func $check (param i32 i32)))
      ;; code
      (func (export "check") (param i32) (result i32) (call $check (local.get 0) (i32.const 16)) (i32.const 16))`,
  };

  it.each([
    ['returns', () => 5, { tag: 'ok', val: 5 }],
    ['returns data', () => ({ tag: 'err', val: 'odd' }), { tag: 'err', val: 'odd' }],
    [
      'throws a payload',
      () => {
        throw new ResultError('odd');
      },
      { tag: 'err', val: 'odd' },
    ],
    [
      'throws an error with a payload',
      () => {
        throw Object.assign(new Error('for the log'), { payload: 'odd' });
      },
      { tag: 'err', val: 'odd' },
    ],
    [
      'throws what is no error',
      () => {
        throw 'odd';
      },
      { tag: 'err', val: 'odd' },
    ],
  ])('%s the result the guest gets', async (_how, host, result) => {
    const link = await buildCoreGuest(checkGuest);
    expect(await link({ check: host }).call('check', 1)).toEqual(result);
    const waiting = await buildCoreGuest({ ...checkGuest, suspending: ['check'] });
    expect(await waiting({ check: host }).call('check', 1)).toEqual(result);
    expect(await waiting({ check: async () => host() }).call('check', 1)).toEqual(result);
  });

  it.each([new Error('the disk is gone'), new ExitError(3)])('traps the guest with %s', async (error) => {
    const link = await buildCoreGuest(checkGuest);
    const fail = (): never => {
      throw error;
    };
    const { call, instance } = link({ check: fail });
    await expect(call('check', 1)).rejects.toBe(error);
    expect(instance.stopWatching()).toBe(false);
    const waiting = await buildCoreGuest({ ...checkGuest, suspending: ['check'] });
    await expect(waiting({ check: async () => fail() }).call('check', 1)).rejects.toBe(error);
  });

  it('is named when the host does not have it or returns nonsense', async () => {
    const link = await buildCoreGuest(checkGuest);
    await expect(link({}).call('check', 1)).rejects.toThrow(
      `${label} check: the host does not have this function`,
    );
    const lies = link({ check: () => ({ tag: 'err', val: 7 }) });
    await expect(lies.call('check', 1)).rejects.toThrow(`${label} check: expected a string, got number`);
    const promises = link({ check: async () => 7 });
    await expect(promises.call('check', 1)).rejects.toThrow(
      `${label} check: the host function returned a promise`,
    );
  });

  it('traps when the guest wants the result where there is no memory, or not aligned', async () => {
    const at = async (address: number): Promise<unknown> => {
      const link = await buildCoreGuest({
        ...checkGuest,
        wat: checkGuest.wat.replace('(i32.const 16)', `(i32.const ${address})`),
      });
      return link({ check: () => 1 }).call('check', 1);
    };
    await expect(at(18)).rejects.toThrow(`${label} check: the result at 18 is not aligned to 4 bytes`);
    await expect(at(65528)).rejects.toThrow(
      `${label} check: the result of 12 bytes at 65528 is beyond the end`,
    );
    await expect(at(-4)).rejects.toThrow(
      `${label} check: the result of 12 bytes at 4294967292 is beyond the end`,
    );
  });

  it('may not be called by realloc or post-return', async () => {
    const link = await buildCoreGuest({
      imports: [func('note', [])],
      exports: [func('echo', [['text', t.string]], t.string)],
      postReturn: { echo: 'after' },
      wat: `
        (import "host" "note" (func $note))
        ;; code
        (func (export "echo") (param i32 i32) (result i32)
          (i32.store (i32.const 16) (local.get 0))
          (i32.store (i32.const 20) (local.get 1))
          (i32.const 16))
        (func (export "after") (param i32) (call $note))`,
    });
    const notes: string[] = [];
    const { call } = link({ note: () => notes.push('called') });
    await expect(call('echo', 'text')).rejects.toThrow(
      `${label} note: called by the guest's own realloc or post-return`,
    );
    expect(notes).toEqual([]);
  });

  it('ends the guest although the guest catches everything', async () => {
    const link = await buildCoreGuest({
      ...checkGuest,
      wat: `
        (import "host" "check" (func $check (param i32 i32)))
        ;; code
        (func (export "check") (param i32) (result i32)
          (block $caught (try_table (catch_all $caught) (call $check (local.get 0) (i32.const 16))))
          (i32.const 16))`,
    });
    const exit = new ExitError(1);
    const { call } = link({
      check: () => {
        throw exit;
      },
    });
    await expect(call('check', 1)).rejects.toBe(exit);
  });
});

describe('a guest that waits', () => {
  const waitGuest = {
    imports: [func('pass', [['id', t.u32]])],
    exports: [func('pass', [['id', t.u32]])],
    suspending: ['pass'],
    wat: `
      (import "host" "pass" (func $pass (param i32)))
      ;; code
      (func (export "pass") (param i32) (call $pass (local.get 0)))`,
  };

  it('is ended by the signal, also when it waits for something that settles later', async () => {
    const link = await buildCoreGuest(waitGuest);
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const controller = new AbortController();
    const { call, instance } = link(
      {
        pass: () => {
          entered.resolve();
          return gate.promise;
        },
      },
      controller.signal,
    );
    const waiting = call('pass', 1);
    await entered.promise;
    const reason = new Error('deadline passed');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    gate.resolve();
    await gate.promise;
    expect(instance.stopWatching()).toBe(false);
  });

  it('ends the guest when the host function that it is about to wait for aborts the signal', async () => {
    const link = await buildCoreGuest(waitGuest);
    const controller = new AbortController();
    const reason = new Error('time is up');
    const pass = (): Promise<void> => {
      controller.abort(reason);
      return new Promise(() => {});
    };
    await expect(link({ pass }, controller.signal).call('pass', 1)).rejects.toBe(reason);
  });

  it('does not begin to wait after the signal', async () => {
    const link = await buildCoreGuest(waitGuest);
    const { call } = link({ pass: () => Promise.resolve() }, AbortSignal.abort('a reason that is no error'));
    await expect(call('pass', 1)).rejects.toMatchObject({ message: 'a reason that is no error' });
  });

  it('has its next call wait', async () => {
    const link = await buildCoreGuest(waitGuest);
    const order: string[] = [];
    const { call } = link({
      pass: async (id: number) => {
        order.push(`begin ${id}`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`end ${id}`);
      },
    });
    await Promise.all([call('pass', 1), call('pass', 2), call('pass', 3)]);
    expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
  });

  it('does not wait for what is there at once', async () => {
    const link = await buildCoreGuest(waitGuest);
    const { call, instance } = link({ pass: () => undefined }, new AbortController().signal);
    await call('pass', 1);
    expect(instance.hasCalledOut).toBe(true);
    expect(instance.stopWatching()).toBe(true);
  });
});
