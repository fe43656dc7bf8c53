import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, RecordingLogger, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeComponent } from '../../formats/component/index.js';
import { linkImports } from '../../linker/linker.js';
import { buildCallsGuest, callsInterface, gateInterface } from '../../testing/calls-guest.js';
import { testContext } from '../../testing/context.js';
import { hostImport } from '../../testing/host-import.js';
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

// What every engine does is tested in `engine-compliance/`.

describe('the jco engine', () => {
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

  it('refuses to load code in which other imports wait', async () => {
    const engine = createJcoEngine();
    const prepared = await engine.prepare(guest, { component: 'calls' });
    expect(() => engine.load(prepared, { component: 'calls', suspends: () => true })).toThrow(
      expect.objectContaining({
        name: 'UnfitPreparedComponentError',
        message: expect.stringContaining('it was generated for other suspending imports; prepare it again'),
      }),
    );
  });

  it('says so when the generated code is damaged', async () => {
    const engine = createJcoEngine();
    const prepared = await engine.prepare(guest, { component: 'calls' });
    const damaged = { ...prepared, script: '}' };
    expect(() => engine.load(damaged, { component: 'calls', suspends: () => false })).toThrow(
      expect.objectContaining({
        name: 'UnfitPreparedComponentError',
        message: expect.stringContaining('it has code that is damaged; prepare it again'),
        cause: expect.any(SyntaxError),
      }),
    );
  });
});

describe('the cache of generated code', () => {
  async function compileInto(cacheDir: string): Promise<RecordingLogger> {
    const logger = new RecordingLogger();
    const linkage = linkImports(decodeComponent(guest), {
      component: 'calls',
      interfaces: [gateInterface({})],
    });
    const engine = createJcoEngine({ cacheDir, logger });
    const compiled = await engine.compile(guest, { component: 'calls', suspends: linkage.suspends });
    const instance = await compiled.instantiate(linkage.bind(testContext()));
    expect(await instance.call(callsInterface, 'count', [])).toBe(1);
    return logger;
  }

  const transpilations = ({ records }: RecordingLogger): number =>
    records.filter(({ message }) => message === 'component transpiled').length;

  async function onlyEntry(cacheDir: string): Promise<string> {
    const entries = (await readdir(cacheDir)).filter((name) => name !== 'verdicts');
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
    await rm(join(await onlyEntry(cacheDir), 'component.js'));
    expect(transpilations(await compileInto(cacheDir))).toBe(1);
    expect(transpilations(await compileInto(cacheDir))).toBe(0);
  });

  it('is safe when several start at once', async () => {
    const cacheDir = join(scratch, 'at-once');
    await Promise.all([compileInto(cacheDir), compileInto(cacheDir), compileInto(cacheDir)]);
    await onlyEntry(cacheDir);
  });

  it('that can not be written does without, and says so once', async () => {
    const logger = new RecordingLogger();
    const cacheDir = join(scratch, 'a-file');
    await writeFile(cacheDir, '');
    for (const component of ['one', 'two']) {
      const engine = createJcoEngine({ cacheDir, logger });
      await engine.compile(guest, { component, suspends: () => false });
    }
    const warnings = logger.records.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).toEqual([
      'verdicts on components can not be cached on disk: check the cache folder',
      'generated code can not be cached on disk: check the cache folder',
    ]);
  });

  it('is not needed to load what was prepared', async () => {
    const cacheDir = join(scratch, 'gone');
    const engine = createJcoEngine({ cacheDir });
    const prepared = await engine.prepare(guest, { component: 'calls' });
    await rm(cacheDir, { recursive: true });
    const compiled = engine.load(prepared, { component: 'calls', suspends: () => false });
    const gate = { pass() {}, check: () => 0, fail: () => 0, acquire: () => 0 };
    const instance = await compiled.instantiate(new Map([['test:host/gate@0.1.0', hostImport(gate)]]));
    expect(await instance.call(callsInterface, 'count', [])).toBe(1);
  });

  it('holds code that does not read the environment', async () => {
    const cacheDir = join(scratch, 'environment');
    await compileInto(cacheDir);
    const code = await readFile(join(await onlyEntry(cacheDir), 'component.js'), 'utf8');
    expect(code).toContain('_debugLog');
    expect(code).not.toMatch(/\bprocess\b/);
  });
});
