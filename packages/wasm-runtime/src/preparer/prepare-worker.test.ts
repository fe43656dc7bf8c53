import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { noopLogger } from '@wasmlattice/telemetry';
import { createTempDir, RecordingLogger } from '@wasmlattice/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type EngineChoice } from '../engines/create-engine.js';
import type { CompiledComponent, PreparedComponent } from '../engines/engine.js';
import { preparedTypes } from '../engines/prepared-types.js';
import { invokeIncomingHandler } from '../host-functions/wasi/http/incoming-handler.js';
import { MemoryExchange } from '../host-functions/wasi/http/memory-exchange.js';
import { hostInterfaces, unavailableInterfaces } from '../host-functions/wasi/index.js';
import { linkImports } from '../linker/linker.js';
import { InstancePool } from '../pool/instance-pool.js';
import { buildCallsGuest, callsInterface } from '../testing/calls-guest.js';
import { testContext } from '../testing/context.js';
import { hostImport } from '../testing/host-import.js';
import { buildHttpGuest, httpGuestExport } from '../testing/http-guest.js';
import { createPreparer, type Preparer } from './preparer.js';

let preparer: Preparer | undefined;
afterEach(() => preparer?.close());

function open(...options: Parameters<typeof createPreparer>): Preparer {
  preparer = createPreparer(...options);
  return preparer;
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

function linkToHost(prepared: PreparedComponent) {
  return linkImports(preparedTypes(prepared), {
    component: 'guest',
    interfaces: hostInterfaces,
    unavailable: unavailableInterfaces,
  });
}

/** Serves a request with what was prepared. */
async function statusOf(prepared: PreparedComponent, choice: EngineChoice): Promise<number | undefined> {
  const linkage = linkToHost(prepared);
  const compiled = createEngine({ choice }).load(prepared, {
    component: 'guest',
    suspends: linkage.suspends,
  });
  const pool = new InstancePool({ component: 'guest', compiled, linkage, maxInstances: 1 });
  const exchange = new MemoryExchange({ pathWithQuery: '/' });
  await pool.run(testContext(), (instance, signal) =>
    invokeIncomingHandler({
      instance,
      exportId: httpGuestExport,
      exchange,
      component: 'guest',
      signal,
      logger: noopLogger,
    }),
  );
  await pool.close();
  return exchange.head?.status;
}

describe('the thread of a preparer', () => {
  it.each<EngineChoice>(['direct', 'trusted-jco'])(
    'prepares a component of the host for %s',
    async (choice) => {
      const logger = new RecordingLogger();
      const prepared = await open({ engine: { choice }, logger }).prepare(shared(await buildHttpGuest()), {
        component: 'guest',
      });
      expect(prepared.engine).toBe(createEngine({ choice }).name);
      expect(await statusOf(prepared, choice)).toBe(200);
      const transpiled = { level: 'info', message: 'component transpiled', fields: { component: 'guest' } };
      expect(logger.records).toMatchObject(choice === 'direct' ? [] : [transpiled]);
    },
  );

  it('goes by the given suspending imports where there are some', async () => {
    const suspending = new Map([['test:host/gate@0.1.0', new Set(['pass'])]]);
    const prepared = await open({ engine: { choice: 'trusted-jco' } }).prepare(await buildCallsGuest(), {
      component: 'calls',
      suspending,
    });
    const compiled: CompiledComponent = createEngine({ choice: 'trusted-jco' }).load(prepared, {
      component: 'calls',
      suspends: (_, func) => func === 'pass',
    });
    const gate = { pass: async () => {}, check: () => 0, fail: () => 0, acquire: () => 0 };
    const instance = await compiled.instantiate(new Map([['test:host/gate@0.1.0', hostImport(gate)]]));
    await instance.call(callsInterface, 'wait', [1]);
  });

  it('prepares within the limits it is given', async () => {
    const preparing = open().prepare(await buildCallsGuest(), { component: 'calls', maxMemoryBytes: 1 });
    await expect(preparing).rejects.toMatchObject({
      name: 'MemoryLimitError',
      message: expect.stringContaining('component "calls" begins with 65536 bytes of linear memory'),
    });
  });

  it('tells what the host does not serve', async () => {
    const bytes = await parse(`(component
      (import "wasi:io/poll@0.1.0" (instance (export "poll" (func)))))`);
    await expect(open().prepare(bytes, { component: 'old' })).rejects.toMatchObject({
      name: 'MissingImportError',
      message: expect.stringContaining('wasi:io/poll@0.1.0'),
    });
  });

  it('tells why code is refused, and where it is wrong', async () => {
    const bytes = await parse('(component (core module (func (export "f") (result i32) i32.const 1)))');
    const at = Buffer.from(bytes).indexOf(Buffer.from([0x41, 0x01, 0x0b]));
    await expect(open().prepare(bytes.with(at, 0x42), { component: 'wrong' })).rejects.toMatchObject({
      name: 'InvalidComponentError',
      message: `type mismatch: expected i32, found i64, in core module 0, code section, function 0 (at byte ${at + 2})`,
    });
  });

  it('is ended while it compiles, and the next one compiles the same', async () => {
    const preparer = open({ engine: { choice: 'trusted-jco' } });
    const bytes = await buildHttpGuest();
    const controller = new AbortController();
    const aborted = preparer.prepare(bytes, { component: 'guest', signal: controller.signal });
    const waiting = preparer.prepare(bytes, { component: 'guest' });
    controller.abort(new Error('not wanted any more'));
    await expect(aborted).rejects.toThrow('not wanted any more');
    expect(await statusOf(await waiting, 'trusted-jco')).toBe(200);
  });

  it('does not keep its process alive when it is idle', async () => {
    await using folder = await createTempDir();
    const guest = join(folder.path, 'guest.wasm');
    await writeFile(guest, await buildCallsGuest());
    const [preparerFile, entry] = ['./preparer.ts', './prepare-worker.ts'].map(
      (name) => new URL(name, import.meta.url),
    );
    const program = `
      import { readFile } from 'node:fs/promises';
      const { createPreparer } = await import(${JSON.stringify(preparerFile?.href)});
      const preparer = createPreparer({ idleMs: 1e9, entry: new URL(${JSON.stringify(entry?.href)}) });
      await preparer.prepare(await readFile(process.argv[1]), { component: 'guest' });
      console.log('prepared');`;
    const child = spawn(
      process.execPath,
      // The flags of this process let it run the sources.
      [...process.execArgv, '--eval', program, guest],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    const [code] = await once(child, 'close');
    expect([code, Buffer.concat(output).toString()]).toEqual([0, 'prepared\n']);
  });
});
