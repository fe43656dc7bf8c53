import { beforeAll, describe, expect, it } from 'vitest';
import { ExitError, TrapError } from '../../errors.js';
import { ResultError } from '../../host-functions/wasi/io/index.js';
import { buildGuest } from '../../testing/build-guest.js';
import { buildCallsGuest, callsInterface, type Gate, gateInterface } from '../../testing/calls-guest.js';
import type { ComponentInstance, Engine } from '../engine.js';
import { compileGuest, compileLinked } from './engine-fixture.js';

function call(instance: ComponentInstance, func: string, ...params: unknown[]): Promise<unknown> {
  return instance.call(callsInterface, func, params);
}

/** Calls, and all the ways in which they end. */
export function callCompliance(engine: Engine): void {
  describe('calls', () => {
    let guest: Uint8Array;
    beforeAll(async () => {
      guest = await buildCallsGuest();
    });

    const start = async (gate: Gate = {}, signal?: AbortSignal): Promise<ComponentInstance> =>
      (await compileLinked(engine, guest, [gateInterface(gate)])).start(signal && { signal });

    it('find a state of their own in each instance', async () => {
      const compiled = await compileLinked(engine, guest, [gateInterface({})]);
      const [first, second] = [await compiled.start(), await compiled.start()];
      expect(await call(first, 'count')).toBe(1);
      expect(await call(first, 'count')).toBe(2);
      expect(await call(second, 'count')).toBe(1);
    });

    it('return WIT results as data', async () => {
      const check = async (id: number): Promise<number> => {
        if (id === 0) throw new ResultError('no id');
        return id;
      };
      const instance = await start({ check });
      expect(await call(instance, 'check', 7)).toEqual({ tag: 'ok', val: 7 });
      expect(await call(instance, 'check', 0)).toEqual({ tag: 'err', val: 'no id' });
    });

    it('reach functions of the world itself', async () => {
      expect(await (await start()).call('', 'world-level', [])).toBe(42);
    });

    const trapOf = async (called: Promise<unknown>): Promise<TrapError> => {
      const error: unknown = await called.catch((reason: unknown) => reason);
      if (!(error instanceof TrapError)) throw new Error('the guest did not trap', { cause: error });
      return error;
    };

    it('of functions that are not there are told so', async () => {
      const instance = await start();
      await expect(call(instance, 'missing')).rejects.toThrow(
        `component "guest" does not export ${callsInterface} missing`,
      );
      await expect(instance.call('', 'root', [])).rejects.toMatchObject({ name: 'UnknownExportError' });
    });

    it('that trap reject with an error that names the function and has the wasm stack', async () => {
      const error = await call(await start(), 'trap').catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TrapError);
      expect(error).toMatchObject({
        component: 'guest',
        instance: callsInterface,
        func: 'trap',
        kind: 'trap',
        message: expect.stringContaining(`component "guest", ${callsInterface} trap: the guest trapped`),
      });
      expect(((error as TrapError).cause as Error).stack).toContain('wasm-function');
    });

    it('that trap tell where, by the names of the guest', async () => {
      const error = await trapOf(call(await start(), 'abort', 0));
      expect(error.reason).toMatch(/unreachable/);
      expect(error.backtrace).toMatch(
        /^ {4}at core::panicking::panic \(wasm-function\[\d+\]\)\n {4}at work \(wasm-function\[\d+\]\)\n {4}at run-to-abort \(/,
      );
      expect(error.backtrace).not.toMatch(/\.[jt]s\b/);
      expect(error.stack).toBe(`TrapError: ${error.message}\n${error.backtrace}`);
    });

    it('that trap after a wait tell the same', async () => {
      const error = await trapOf(call(await start(), 'abort', 1));
      expect(error.backtrace).toMatch(
        /^ {4}at core::panicking::panic \(wasm-function\[\d+\]\)\n {4}at work \(wasm-function\[\d+\]\)\n {4}at run-to-abort \([^\n]*\)$/,
      );
    });

    it('tell their callers nothing of where', async () => {
      const error = await trapOf(call(await start(), 'abort', 0));
      expect(error.message).not.toMatch(/wasm-function|panicking/);
    });

    it('that exhaust the stack harm nobody else', async () => {
      const error = await trapOf(call(await start(), 'overflow'));
      expect(error.reason).toMatch(/^stack overflow$|; its limit "stack" is /);
      expect(error.message).toContain(`: ${error.reason}`);
      expect(error.backtrace).toMatch(/^ {4}at overflow \(wasm-function\[\d+\]\), \d+ times\n {4}…$/);
      expect(await call(await start(), 'count')).toBe(1);
    });

    it('end the guest: after a trap there is no second call', async () => {
      const instance = await start();
      await expect(call(instance, 'trap')).rejects.toMatchObject({ kind: 'trap' });
      await expect(call(instance, 'count')).rejects.toMatchObject({ kind: 'trap' });
    });

    it('trap when a host function fails in a way that is no WIT error', async () => {
      const failure = new Error('the disk is gone');
      const fail = (): never => {
        throw failure;
      };
      await expect(call(await start({ fail }), 'fail')).rejects.toMatchObject({
        kind: 'trap',
        cause: failure,
      });
    });

    it('that a host function ended tell where the guest had called it', async () => {
      const fail = (): never => {
        throw new ExitError(3);
      };
      const error = await trapOf(call(await start({ fail }), 'fail'));
      expect(error.backtrace).toMatch(/ {4}at call-host \(wasm-function\[\d+\]\)$/);
      expect(error.backtrace).not.toMatch(/\.[jt]s\b/);
    });

    it('settle when a suspending function without result rejects', async () => {
      const pass = (): Promise<never> => Promise.reject(new Error('gate is shut'));
      await expect(call(await start({ pass }), 'wait', 1)).rejects.toThrow(/gate is shut/);
    });

    it('tell an exit from a trap', async () => {
      const fail = (): never => {
        throw new ExitError(3);
      };
      await expect(call(await start({ fail }), 'fail')).rejects.toMatchObject({
        kind: 'exit',
        message: expect.stringContaining('exited with code 3'),
      });
    });

    it('end when the signal is aborted while the guest waits', async () => {
      const entered = Promise.withResolvers<void>();
      const pass = (): Promise<void> => {
        entered.resolve();
        return new Promise(() => {});
      };
      const controller = new AbortController();
      const waiting = call(await start({ pass }, controller.signal), 'wait', 1);
      await entered.promise;
      controller.abort(new Error('deadline passed'));
      await expect(waiting).rejects.toMatchObject({
        kind: 'aborted',
        message: expect.stringContaining('deadline passed'),
      });
    });

    it('end when the signal was aborted before the guest waits', async () => {
      const signal = AbortSignal.abort(new Error('too late'));
      const waiting = call(await start({ pass: () => Promise.resolve() }, signal), 'wait', 1);
      await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
    });

    it('do not get an abort as the error of a result', async () => {
      const controller = new AbortController();
      const check = (): Promise<never> => new Promise(() => {});
      const waiting = call(await start({ check }, controller.signal), 'check', 1);
      controller.abort('a reason that is no error');
      await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
    });

    it('of one instance run one after the other', async () => {
      const order: string[] = [];
      const gates = new Map([1, 2, 3].map((id) => [id, Promise.withResolvers<void>()]));
      const pass = async (id: number): Promise<void> => {
        order.push(`begin ${id}`);
        await gates.get(id)?.promise;
        order.push(`end ${id}`);
      };
      const instance = await start({ pass });
      const calls = [1, 2, 3].map((id) => call(instance, 'wait', id));
      for (const id of [3, 2, 1]) gates.get(id)?.resolve();
      await Promise.all(calls);
      expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
    });

    it('keep two versions of an interface apart', async () => {
      const bytes = await buildGuest({
        wit: `
          world guest {
            import test:host/year@0.1.0;
            import test:host/year@0.2.0;
            export difference: func() -> u32;
          }
          package test:host@0.1.0 { interface year { get: func() -> u32; } }
          package test:host@0.2.0 { interface year { get: func() -> u32; } }`,
        wat: `
          (import "test:host/year@0.1.0" "get" (func $old (result i32)))
          (import "test:host/year@0.2.0" "get" (func $new (result i32)))
          ;; code
          (func (export "difference") (result i32) (i32.sub (call $new) (call $old)))`,
      });
      const imports = new Map([
        ['test:host/year@0.1.0', { get: () => 2019 }],
        ['test:host/year@0.2.0', { get: () => 2024 }],
      ]);
      const instance = await (await compileGuest(engine, bytes)).start({ imports });
      expect(await instance.call('', 'difference', [])).toBe(5);
    });

    it('are impossible where the start code fails', async () => {
      const bytes = await buildGuest({
        wit: 'world guest { export run: func(); }',
        wat: `;; code
          (func $fail unreachable)
          (start $fail)
          (func (export "run"))`,
      });
      await expect((await compileGuest(engine, bytes)).start()).rejects.toMatchObject({
        name: 'InstantiationError',
        message: expect.stringContaining('component "guest" can\'t be instantiated'),
        reason: expect.stringContaining('unreachable'),
        backtrace: expect.stringMatching(/^ {4}at fail \(/),
      });
    });

    it('are impossible with bytes that are no component', async () => {
      const compiling = compileGuest(engine, new TextEncoder().encode('hello, world'));
      await expect(compiling).rejects.toMatchObject({ name: 'InvalidComponentError' });
    });
  });
}
