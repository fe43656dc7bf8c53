import { err, ok } from '@wasmlattice/rpc';
import { RecordingLogger } from '@wasmlattice/test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDirectEngine } from '../../engines/direct/index.js';
import type { CompiledComponent } from '../../engines/engine.js';
import { createJcoEngine } from '../../engines/jco/index.js';
import type { TrapError } from '../../errors.js';
import { decodeComponent } from '../../formats/component/index.js';
import { type Linkage, linkImports } from '../../linker/linker.js';
import { InstancePool } from '../../pool/instance-pool.js';
import type { InvocationContext } from '../../pool/invocation-context.js';
import { testContext, testLinks } from '../../testing/context.js';
import { buildWasiGuest, probeInterface } from '../../testing/wasi-guest.js';
import { hostInterfaces, unavailableInterfaces } from './index.js';

describe.each([
  ['jco', createJcoEngine],
  ['direct', createDirectEngine],
])('on the engine %s', (_engine, createEngine) => {
  let linkage: Linkage;
  let compiled: CompiledComponent;

  beforeAll(async () => {
    const guest = await buildWasiGuest();
    const component = 'probe';
    linkage = linkImports(decodeComponent(guest), {
      component,
      interfaces: hostInterfaces,
      unavailable: unavailableInterfaces,
    });
    compiled = await createEngine().compile(guest, { component, suspends: linkage.suspends });
  });

  /** Calls one function of the probe guest in an invocation of its own, which is over when this resolves. */
  async function probe(
    func: string,
    params: readonly unknown[] = [],
    context: Partial<InvocationContext> = {},
  ): Promise<unknown> {
    const pool = new InstancePool({ component: 'probe', compiled, linkage, maxInstances: 1 });
    const result = await pool.run(testContext(context), (instance) =>
      instance.call(probeInterface, func, params),
    );
    await pool.close();
    return result;
  }

  describe('a guest', () => {
    it('has its stdout and stderr in the log, line by line', async () => {
      const logger = new RecordingLogger();
      await probe('print', ['first line\nsecond line\nand a rest'], { logger });
      await probe('complain', ['panicked\n'], { logger });
      expect(logger.records).toEqual([
        { level: 'info', message: 'first line', fields: { stream: 'stdout' } },
        { level: 'info', message: 'second line', fields: { stream: 'stdout' } },
        { level: 'info', message: 'and a rest', fields: { stream: 'stdout' } },
        { level: 'warn', message: 'panicked', fields: { stream: 'stderr' } },
      ]);
    });

    it('has a closed stdin, one argument, and no terminal', async () => {
      expect(await probe('read-stdin')).toBe(false);
      expect(await probe('program-arguments')).toEqual(['main.wasm']);
      expect(await probe('has-terminal')).toBe(false);
    });

    it.each([
      [false, 0],
      [true, 1],
    ])('ends itself by exit (failed: %s) with code %i', async (failed, exitCode) => {
      await expect(probe('quit', [failed])).rejects.toMatchObject({ kind: 'exit', cause: { exitCode } });
    });

    it('that ends by itself is told of with the last it wrote to stderr', async () => {
      const faults: unknown[] = [];
      const pool = new InstancePool({ component: 'probe', compiled, linkage, maxInstances: 1 });
      const run = (text: string | undefined): Promise<unknown> =>
        pool.run(
          testContext(),
          async (instance) => {
            if (text !== undefined) await instance.call(probeInterface, 'complain', [text]);
            await instance.call(probeInterface, 'quit', [true]);
          },
          { onFault: (fault) => faults.push(fault) },
        );
      const noisy = await run('Error: no such thing\n  at handle@app.js:7:9').catch(
        (error: unknown) => error,
      );
      const quiet = await run(undefined).catch((error: unknown) => error);
      expect(noisy).toMatchObject({
        kind: 'exit',
        reason: 'the guest exited with code 1',
        guestStderr: 'Error: no such thing\n  at handle@app.js:7:9',
        stack: expect.stringMatching(/^TrapError: .*\nstderr of the guest:\nError: no such thing\n/s),
      });
      expect((quiet as TrapError).guestStderr).toBeUndefined();
      expect(faults).toEqual([noisy, quiet]);
      await pool.close();
    });

    it('waits on the monotonic clock', async () => {
      expect(await probe('sleep', [2_000_000n])).toBeGreaterThanOrEqual(2_000_000n);
      expect(await probe('sleep', [0n])).toBeTypeOf('bigint');
    });

    it('reads the wall clock', async () => {
      const before = BigInt(Math.floor(Date.now() / 1000));
      expect(await probe('seconds')).toBeGreaterThanOrEqual(before);
    });

    it('gets random bytes, also more than one chunk of them', async () => {
      const bytes = (await probe('random', [2_500_000n])) as Uint8Array;
      expect(bytes).toHaveLength(2_500_000);
      expect(new Set(bytes.subarray(-1000)).size).toBeGreaterThan(100);
      expect(await probe('random', [0n])).toHaveLength(0);
      await expect(probe('random', [1n << 40n])).rejects.toThrow(
        'asks for 1099511627776 random bytes at once; its limit "random-bytes" is 16777216 bytes',
      );
      expect(await probe('insecure')).not.toBe(await probe('insecure'));
      expect(await probe('seed')).not.toEqual(await probe('seed'));
    });

    it('finds no directories and no network', async () => {
      expect(await probe('directories')).toBe(0);
      const accessDenied = 1;
      expect(await probe('connect')).toEqual(err(accessDenied));
    });

    it('logs with its context; critical is an error', async () => {
      const logger = new RecordingLogger();
      await probe('note', ['out of cheese'], { logger });
      expect(logger.records).toEqual([
        { level: 'error', message: 'out of cheese', fields: { context: 'probe' } },
      ]);
    });

    it('reads the configuration as it is at the time of the call', async () => {
      const config = (): Map<string, string> => new Map([['greeting', 'hello']]);
      expect(await probe('config', ['greeting'], { config })).toBe('hello');
      expect(await probe('config', ['missing'], { config })).toBeUndefined();
    });
  });

  describe('keyvalue', () => {
    interface Call {
      readonly linkKey: string;
      readonly instance: string;
      readonly func: string;
      readonly params: readonly unknown[];
    }

    /** Answers each call with `answer` and returns what the guest saw and what left it. */
    async function exchange(
      func: string,
      params: readonly unknown[],
      answer: unknown,
    ): Promise<{ seen: unknown; call: Call | undefined }> {
      let call: Call | undefined;
      const seen = await probe(func, params, {
        links: testLinks(async (linkKey, invocation) => {
          call = {
            linkKey,
            instance: invocation.instance,
            func: invocation.func.name,
            params: invocation.params,
          };
          return answer;
        }),
      });
      return { seen, call };
    }

    const value = Uint8Array.of(1, 2, 3);
    const store = { linkKey: 'wasi:keyvalue/store', instance: 'wrpc:keyvalue/store@0.2.0-draft' };
    const atomics = { linkKey: 'wasi:keyvalue/atomics', instance: 'wrpc:keyvalue/atomics@0.2.0-draft' };
    const batch = { linkKey: 'wasi:keyvalue/batch', instance: 'wrpc:keyvalue/batch@0.2.0-draft' };
    const page = { keys: ['a', 'b'], cursor: 17n };

    it.each([
      ['load', ['k'], ok(value), { ...store, func: 'get', params: ['main', 'k'] }],
      ['load', ['k'], ok(undefined), { ...store, func: 'get', params: ['main', 'k'] }],
      ['save', ['k', value], ok(), { ...store, func: 'set', params: ['main', 'k', value] }],
      ['remove', ['k'], ok(), { ...store, func: 'delete', params: ['main', 'k'] }],
      ['has', ['k'], ok(true), { ...store, func: 'exists', params: ['main', 'k'] }],
      ['page', [], ok(page), { ...store, func: 'list-keys', params: ['main', 5n] }],
      ['increment', ['k', 2n], ok(44n), { ...atomics, func: 'increment', params: ['main', 'k', 2n] }],
      [
        'load-many',
        [['a', 'b']],
        ok([['a', value], undefined]),
        { ...batch, func: 'get-many', params: ['main', ['a', 'b']] },
      ],
      ['save-many', [[['a', value]]], ok(), { ...batch, func: 'set-many', params: ['main', [['a', value]]] }],
    ])('%s goes out as wrpc:keyvalue, and its answer comes back', async (func, params, answer, expected) => {
      const { seen, call } = await exchange(func, params, answer);
      expect(seen).toEqual(answer);
      expect(call).toEqual(expected);
    });

    it.each(['load', 'remove', 'has'])('%s gives the wire error to the guest', async (func) => {
      for (const error of [err({ tag: 'no-such-store' }), err({ tag: 'other', val: 'disk full' })]) {
        expect((await exchange(func, ['k'], error)).seen).toEqual(error);
      }
    });

    it('gives a failed call to the guest as an error that says what failed', async () => {
      const links = testLinks(() =>
        Promise.reject(new Error('link "default": no answer from provider "kv"')),
      );
      expect(await probe('increment', ['k', 1n], { links })).toEqual(
        err({
          tag: 'other',
          val: 'wasi:keyvalue/atomics increment: link "default": no answer from provider "kv"',
        }),
      );
    });

    it('traps a guest whose invocation is ended during a call', async () => {
      const pool = new InstancePool({ component: 'probe', compiled, linkage, maxInstances: 1 });
      const controller = new AbortController();
      const invoke = (_: string, { signal }: { readonly signal?: AbortSignal }): Promise<never> =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
          controller.abort(new Error('deadline passed'));
        });
      const run = pool.run(
        testContext({ links: testLinks(invoke) }),
        (instance) => instance.call(probeInterface, 'load', ['k']),
        { signal: controller.signal },
      );
      await expect(run).rejects.toMatchObject({ kind: 'aborted' });
    });
  });
});
