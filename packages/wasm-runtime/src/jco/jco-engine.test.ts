import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, RecordingLogger, type TempDir } from '@wasmlattice/test-support';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeComponent } from '../component/index.js';
import type { ComponentInstance } from '../engine.js';
import { ExitError, TrapError } from '../errors.js';
import { linkImports } from '../linker.js';
import { buildGuest } from '../testing/build-guest.js';
import { buildCallsGuest, callsInterface, type Gate, gateInterface } from '../testing/calls-guest.js';
import { testContext } from '../testing/context.js';
import { ResultError } from '../wasi/io/index.js';
import { createJcoEngine } from './jco-engine.js';

let guest: Uint8Array;
let scratchDir: TempDir;
let scratch: string;

beforeAll(async () => {
  guest = await buildCallsGuest();
  scratchDir = await createTempDir();
  scratch = scratchDir.path;
});

afterAll(() => scratchDir[Symbol.asyncDispose]());

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => {
  unhandled.push(reason);
};

beforeEach(() => {
  process.on('unhandledRejection', onUnhandled);
});

afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

async function compileGuest(
  gate: Gate = {},
  options: { cacheDir?: string; logger?: RecordingLogger } = {},
): Promise<{ instantiate(signal?: AbortSignal): Promise<ComponentInstance> }> {
  const linkage = linkImports(decodeComponent(guest), {
    component: 'calls',
    interfaces: [gateInterface(gate)],
  });
  const engine = createJcoEngine({ cacheDir: join(scratch, 'shared'), ...options });
  const compiled = await engine.compile(guest, { component: 'calls', suspends: linkage.suspends });
  return {
    instantiate: (signal) =>
      compiled.instantiate(linkage.bind(testContext()), signal === undefined ? {} : { signal }),
  };
}

function call(instance: ComponentInstance, func: string, ...params: unknown[]): Promise<unknown> {
  return instance.call(callsInterface, func, params);
}

describe('the jco engine', () => {
  it('gives each instance its own state', async () => {
    const { instantiate } = await compileGuest();
    const [first, second] = [await instantiate(), await instantiate()];
    expect(await call(first, 'count')).toBe(1);
    expect(await call(first, 'count')).toBe(2);
    expect(await call(second, 'count')).toBe(1);
  });

  it('returns WIT results as data', async () => {
    const check = async (id: number): Promise<number> => {
      if (id === 0) throw new ResultError('no id');
      return id;
    };
    const { instantiate } = await compileGuest({ check });
    const instance = await instantiate();
    expect(await call(instance, 'check', 7)).toEqual({ tag: 'ok', val: 7 });
    expect(await call(instance, 'check', 0)).toEqual({ tag: 'err', val: 'no id' });
  });

  it('follows the value conventions for nested options and bytes', async () => {
    const { instantiate } = await compileGuest();
    const instance = await instantiate();
    expect(await call(instance, 'nested')).toEqual({ tag: 'some', val: undefined });
    const bytes = Uint8Array.from({ length: 3000 }, (_, index) => index % 251);
    expect(await call(instance, 'echo', bytes)).toEqual(bytes);
  });

  it('calls functions of the world itself', async () => {
    const { instantiate } = await compileGuest();
    expect(await (await instantiate()).call('', 'world-level', [])).toBe(42);
  });

  it('rejects with a TrapError that names the function and keeps the wasm stack', async () => {
    const { instantiate } = await compileGuest();
    const error = await call(await instantiate(), 'trap').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TrapError);
    expect(error).toMatchObject({ component: 'calls', instance: callsInterface, func: 'trap', kind: 'trap' });
    expect((error as TrapError).message).toContain(
      `component "calls", ${callsInterface} trap: the guest trapped`,
    );
    expect(((error as TrapError).cause as Error).stack).toContain('wasm-function');
  });

  it('survives a guest that exhausts its stack', async () => {
    const { instantiate } = await compileGuest();
    await expect(call(await instantiate(), 'overflow')).rejects.toThrow(TrapError);
    expect(await call(await instantiate(), 'count')).toBe(1);
  });

  it('traps when a host function fails in a way that is no WIT error', async () => {
    const { instantiate } = await compileGuest({
      fail: () => {
        throw new Error('the disk is gone');
      },
    });
    const failing = call(await instantiate(), 'fail');
    await expect(failing).rejects.toMatchObject({ kind: 'trap', cause: new Error('the disk is gone') });
  });

  it('settles when a suspending function without result rejects', async () => {
    const { instantiate } = await compileGuest({ pass: () => Promise.reject(new Error('gate is shut')) });
    await expect(call(await instantiate(), 'wait', 1)).rejects.toThrow(/gate is shut/);
  });

  it('tells an exit from a trap', async () => {
    const { instantiate } = await compileGuest({
      fail: () => {
        throw new ExitError(3);
      },
    });
    await expect(call(await instantiate(), 'fail')).rejects.toMatchObject({
      kind: 'exit',
      message: expect.stringContaining('exited with code 3'),
    });
  });

  it('ends a waiting guest when the signal is aborted', async () => {
    const entered = Promise.withResolvers<void>();
    const { instantiate } = await compileGuest({
      pass: () => {
        entered.resolve();
        return new Promise(() => {});
      },
    });
    const controller = new AbortController();
    const waiting = call(await instantiate(controller.signal), 'wait', 1);
    await entered.promise;
    controller.abort(new Error('deadline passed'));
    await expect(waiting).rejects.toMatchObject({
      kind: 'aborted',
      message: expect.stringContaining('deadline passed'),
    });
  });

  it('does not give an abort to the guest as the error of a result', async () => {
    const { instantiate } = await compileGuest({ check: () => new Promise(() => {}) });
    const controller = new AbortController();
    const waiting = call(await instantiate(controller.signal), 'check', 1);
    controller.abort('a reason that is no error');
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('names an export that is not there', async () => {
    const { instantiate } = await compileGuest();
    const instance = await instantiate();
    await expect(call(instance, 'missing')).rejects.toThrow(
      `component "calls" does not export ${callsInterface} missing`,
    );
    await expect(instance.call('', 'root', [])).rejects.toMatchObject({ name: 'UnknownExportError' });
  });

  it('keeps two versions of an interface apart', async () => {
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
    const compiled = await createJcoEngine().compile(bytes, { component: 'years', suspends: () => false });
    const instance = await compiled.instantiate(
      new Map([
        ['test:host/year@0.1.0', { get: () => 2019 }],
        ['test:host/year@0.2.0', { get: () => 2024 }],
      ]),
    );
    expect(await instance.call('', 'difference', [])).toBe(5);
  });

  it('leaves nothing behind without a cache directory', async () => {
    const temporary = await mkdtemp(join(scratch, 'tmp-'));
    vi.stubEnv('TMPDIR', temporary);
    try {
      await createJcoEngine().compile(guest, { component: 'calls', suspends: () => true });
    } finally {
      vi.unstubAllEnvs();
    }
    expect(await readdir(temporary)).toEqual([]);
  });

  it('says what is wrong with bytes that are no component', async () => {
    const engine = createJcoEngine();
    const compiling = engine.compile(new TextEncoder().encode('hello, world'), {
      component: 'text',
      suspends: () => false,
    });
    await expect(compiling).rejects.toMatchObject({ name: 'InvalidComponentError' });
  });
});

describe('the cache of generated code', () => {
  async function compileInto(cacheDir: string): Promise<RecordingLogger> {
    const logger = new RecordingLogger();
    const { instantiate } = await compileGuest({}, { cacheDir, logger });
    expect(await call(await instantiate(), 'count')).toBe(1);
    return logger;
  }

  const transpilations = ({ records }: RecordingLogger): number =>
    records.filter(({ message }) => message === 'component transpiled').length;

  async function onlyEntry(cacheDir: string): Promise<string> {
    const entries = await readdir(cacheDir);
    expect(entries).toHaveLength(1);
    return join(cacheDir, entries[0] ?? '');
  }

  it('spares the second start the transpiling', async () => {
    const cacheDir = join(scratch, 'second-start');
    expect(transpilations(await compileInto(cacheDir))).toBe(1);
    expect(transpilations(await compileInto(cacheDir))).toBe(0);
    await onlyEntry(cacheDir);
  });

  it('rebuilds an entry whose content changed', async () => {
    const cacheDir = join(scratch, 'changed');
    await compileInto(cacheDir);
    const file = join(await onlyEntry(cacheDir), 'component.core.wasm');
    const content = await readFile(file);
    await writeFile(file, content.subarray(0, content.length / 2));
    const logger = await compileInto(cacheDir);
    expect(transpilations(logger)).toBe(1);
    expect(logger.records).toContainEqual(expect.objectContaining({ level: 'warn' }));
    expect(await readFile(join(await onlyEntry(cacheDir), 'component.core.wasm'))).toEqual(content);
  });

  it('rebuilds an entry that lost its manifest or a file', async () => {
    const cacheDir = join(scratch, 'lost');
    await compileInto(cacheDir);
    await rm(join(await onlyEntry(cacheDir), 'manifest.json'));
    expect(transpilations(await compileInto(cacheDir))).toBe(1);
    await rm(join(await onlyEntry(cacheDir), 'component.mjs'));
    expect(transpilations(await compileInto(cacheDir))).toBe(1);
    expect(transpilations(await compileInto(cacheDir))).toBe(0);
  });

  it('is safe when several start at once', async () => {
    const cacheDir = join(scratch, 'at-once');
    await Promise.all([compileInto(cacheDir), compileInto(cacheDir), compileInto(cacheDir)]);
    await onlyEntry(cacheDir);
  });

  it('holds code that does not read the environment', async () => {
    const cacheDir = join(scratch, 'environment');
    await compileInto(cacheDir);
    const code = await readFile(join(await onlyEntry(cacheDir), 'component.mjs'), 'utf8');
    expect(code).toContain('_debugLog');
    expect(code).not.toMatch(/\bprocess\b/);
  });
});
