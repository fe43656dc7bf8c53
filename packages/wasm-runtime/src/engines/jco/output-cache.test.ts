import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noopLogger } from '@wasmlattice/telemetry';
import { createTempDir, RecordingLogger, type TempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputCache } from './output-cache.js';

let scratch: TempDir;
let directory: string;

beforeEach(async () => {
  scratch = await createTempDir();
  directory = scratch.path;
});

afterEach(() => scratch[Symbol.asyncDispose]());

const files = (text: string): ReadonlyMap<string, Uint8Array> =>
  new Map([['component.js', new TextEncoder().encode(text)]]);

function open(): OutputCache {
  return new OutputCache(directory, noopLogger);
}

const content = (): Promise<string> => readFile(join(directory, 'key', 'component.js'), 'utf8');

describe('the output cache', () => {
  it('has nothing before something was stored', async () => {
    expect(await open().load('key')).toBeUndefined();
    expect(await new OutputCache(join(directory, 'missing'), noopLogger).load('key')).toBeUndefined();
  });

  it('gives back what was stored', async () => {
    await open().store('key', files('one'));
    const found = await open().load('key');
    expect(Buffer.from(found?.get('component.js') ?? []).toString()).toBe('one');
  });

  it('keeps the entry of whoever was first', async () => {
    await open().store('key', files('first'));
    await open().store('key', files('second'));
    expect(await content()).toBe('first');
    expect(await readdir(directory)).toEqual(['key']);
  });

  it('replaces a damaged entry', async () => {
    await open().store('key', files('sound'));
    await writeFile(join(directory, 'key', 'component.js'), 'damaged');
    expect(await open().load('key')).toBeUndefined();
    await open().store('key', files('sound again'));
    expect(await content()).toBe('sound again');
    expect(await readdir(directory)).toEqual(['key']);
  });

  it('tells of a damaged entry once', async () => {
    const logger = new RecordingLogger();
    const cache = new OutputCache(directory, logger);
    await cache.store('key', files('sound'));
    await writeFile(join(directory, 'key', 'component.js'), 'damaged');
    await cache.load('key');
    await cache.store('key', files('sound again'));
    expect(logger.records).toMatchObject([
      { level: 'warn', message: `cache entry ${join(directory, 'key')} is damaged and will be rebuilt` },
    ]);
  });

  it.each(['', '{', 'null', '{"format":0,"files":{}}'])(
    'takes %j for a damaged manifest',
    async (manifest) => {
      await open().store('key', files('sound'));
      await writeFile(join(directory, 'key', 'manifest.json'), manifest);
      expect(await open().load('key')).toBeUndefined();
    },
  );

  it('leaves one sound entry when many replace a damaged one at once', async () => {
    await mkdir(join(directory, 'key'));
    await writeFile(join(directory, 'key', 'manifest.json'), 'damaged');
    const caches = Array.from({ length: 8 }, open);
    await Promise.all(caches.map((cache) => cache.store('key', files('sound'))));
    expect(await open().load('key')).toBeDefined();
    expect(await readdir(directory)).toEqual(['key']);
  });

  it('removes what a dead process left unfinished, and nothing younger', async () => {
    const hours = (count: number): Date => new Date(Date.now() - count * 60 * 60 * 1000);
    for (const [name, age] of [['.tmp-dead', 2] as const, ['.tmp-alive', 0] as const]) {
      await mkdir(join(directory, name));
      await utimes(join(directory, name), hours(age), hours(age));
    }
    await open().store('key', files('one'));
    expect((await readdir(directory)).sort()).toEqual(['.tmp-alive', 'key']);
  });
});
