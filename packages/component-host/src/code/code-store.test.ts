import { chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, RecordingLogger, type TempDir } from '@wasmlattice/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CodeBytes, CodeLostError, CodeStore, type StoredCode } from './code-store.js';

let folder: TempDir;
let directory: string;
let logger: RecordingLogger;
let store: CodeStore;
beforeEach(async () => {
  folder = await createTempDir();
  directory = join(folder.path, 'code');
  logger = new RecordingLogger();
  store = new CodeStore(directory, logger);
});
afterEach(() => folder[Symbol.asyncDispose]());

function code(text: string): CodeBytes {
  const bytes = Buffer.from(text);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

/** Kept, and written if it can be. */
async function keep(
  bytes: CodeBytes,
  fetchAgain?: () => Promise<CodeBytes>,
  by: CodeStore = store,
): Promise<StoredCode> {
  const stored = await by.keep(bytes, fetchAgain);
  await stored.written;
  return stored;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const messages = (): string[] => logger.records.map(({ message }) => message);

describe('the bytes of a component', () => {
  it('are read from a file named by their hash, for the user of the host alone', async () => {
    const stored = await keep(code('one'));
    expect(await readdir(directory)).toEqual([`${stored.hash}.wasm`]);
    expect(text(await stored.read())).toBe('one');
    expect((await stat(join(directory, `${stored.hash}.wasm`))).mode & 0o77).toBe(0);
    expect(messages()).toEqual([]);
  });

  it('are written once, also by several who keep them at once', async () => {
    const other = new CodeStore(directory, logger);
    const all = await Promise.all([store, other, store].map((each) => keep(code('one'), undefined, each)));
    expect(await readdir(directory)).toHaveLength(1);
    for (const stored of all) expect(text(await stored.read())).toBe('one');
  });

  it.each([
    ['damaged', (file: string) => writeFile(file, 'two')],
    ['gone', (file: string) => rm(file)],
  ])('are fetched again when their file is %s, and written again', async (_what, harm) => {
    const stored = await keep(code('one'), async () => code('one'));
    const file = join(directory, `${stored.hash}.wasm`);
    await harm(file);
    expect(text(await stored.read())).toBe('one');
    expect(await readFile(file, 'utf8')).toBe('one');
    expect(messages()).toEqual(['the file of a component is damaged or gone: its code is fetched again']);
  });

  it.each([
    ['nothing says where it came from', undefined],
    ['it could not be fetched again', () => Promise.reject(new Error('no route'))],
    ['what it came from has other content now', () => Promise.resolve(code('two'))],
  ])('are lost with their file when %s', async (why, fetchAgain) => {
    const stored = await keep(code('one'), fetchAgain);
    await rm(join(directory, `${stored.hash}.wasm`));
    await expect(stored.read()).rejects.toThrow(CodeLostError);
    await expect(stored.read()).rejects.toThrow(why);
  });

  it('are written although somebody removed the folder meanwhile', async () => {
    await keep(code('one'));
    await rm(directory, { recursive: true });
    const { hash } = await keep(code('two'));
    expect(await readdir(directory)).toEqual([`${hash}.wasm`]);
    expect(messages()).toEqual([]);
  });

  it('stay in memory when they can not be written, which is said once', async () => {
    await writeFile(directory, 'a file where the folder should be');
    const [one, two] = [await keep(code('one')), await keep(code('two'))];
    expect([text(await one.read()), text(await two.read())]).toEqual(['one', 'two']);
    expect(messages()).toEqual([
      'code of components stays in memory, as it can not be kept on disk: check the cache folder',
    ]);
    await rm(directory);
    await keep(code('three'));
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('go when no host has used them for a month; what was half written, after an hour', async () => {
    await mkdir(directory);
    await chmod(directory, 0o700);
    const daysAgo = (days: number): Date => new Date(Date.now() - days * 24 * 60 * 60 * 1_000);
    for (const [name, days] of [
      ['old.wasm', 31],
      ['used.wasm', 29],
      ['.tmp-half', 1],
      ['.tmp-new', 0],
    ] as const) {
      await writeFile(join(directory, name), '');
      await utimes(join(directory, name), daysAgo(days), daysAgo(days));
    }
    const { hash } = await keep(code('one'));
    expect((await readdir(directory)).toSorted()).toEqual(
      ['.tmp-new', `${hash}.wasm`, 'used.wasm'].toSorted(),
    );
  });
});
