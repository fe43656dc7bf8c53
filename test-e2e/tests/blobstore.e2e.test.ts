import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent, startProvider } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;
let folder: Awaited<ReturnType<typeof createTempDir>>;
let url: string;

beforeAll(async () => {
  folder = await createTempDir();
  scenario = await startScenario();
  const { host, lattice } = scenario;
  await startProvider(lattice, host, 'blobstore', paths.blobstoreProvider);
  await host.child.waitForLine(/the provider serves/);
  await startComponent(lattice, host, { id: 'storage', wasm: paths.storage, maxInstances: 8 });
  for (const name of ['default', 'archive']) {
    await putLink(lattice, {
      source: 'storage',
      target: 'blobstore',
      name,
      interface: 'wasi:blobstore/blobstore',
      targetConfig: { ROOT: join(folder.path, name) },
    });
    await host.child.waitForLine(new RegExp(`directory opened.*${name}`));
  }
  url = await serveHttp(lattice, host, 'storage', await freePort());
});
afterAll(async () => {
  await scenario?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const call = (path: string): Promise<unknown> => get(url, path);

async function get(from: string, path: string): Promise<unknown> {
  const response = await fetch(`${from}${path}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

describe('a component with a blobstore', () => {
  it('makes, looks at, clears and deletes containers', async () => {
    expect(await call('/exists?c=life')).toEqual({ ok: false });
    expect(await call('/create?c=life')).toEqual({ ok: 'life' });
    expect(await call('/exists?c=life')).toEqual({ ok: true });
    expect(await call('/container-info?c=life')).toEqual({ ok: ['life', expect.any(Number)] });
    await call('/put?c=life&o=a&text=x');
    expect(await call('/clear?c=life')).toEqual({ ok: null });
    expect(await call('/list?c=life')).toEqual({ ok: [] });
    expect(await call('/delete-container?c=life')).toEqual({ ok: null });
    expect(await call('/exists?c=life')).toEqual({ ok: false });
  });

  it('writes, reads, lists, copies, moves and deletes objects', async () => {
    await call('/create?c=box');
    await call('/create?c=other');
    expect(await call('/put?c=box&o=2026/a.txt&text=hello%20world')).toEqual({ ok: null });
    expect(await call('/get?c=box&o=2026/a.txt')).toEqual({ ok: 'hello world' });
    expect(await call('/range?c=box&o=2026/a.txt&start=6&end=9')).toEqual({ ok: 'wor' });
    expect(await call('/object-info?c=box&o=2026/a.txt')).toEqual({ ok: ['box', '2026/a.txt', 11] });
    expect(await call('/copy?from=box/2026/a.txt&to=box/b')).toEqual({ ok: null });
    expect(await call('/copy?from=box/b&to=box/c')).toEqual({ ok: null });
    expect(await call('/list?c=box')).toEqual({ ok: ['2026/a.txt', 'b', 'c'] });
    expect(await call('/move?from=box/b&to=other/d')).toEqual({ ok: null });
    expect(await call('/delete?c=box&o=c')).toEqual({ ok: null });
    expect(await call('/delete?c=box&o=never')).toEqual({ ok: null });
    expect(await call('/list?c=box')).toEqual({ ok: ['2026/a.txt'] });
    expect(await call('/get?c=other&o=d')).toEqual({ ok: 'hello world' });
    expect(await call('/has?c=other&o=d')).toEqual({ ok: true });
  });

  it('streams 20 MB each way, several at a time', async () => {
    await call('/create?c=large');
    const bytes = 20_000_000;
    const names = ['a', 'b', 'c'];
    await Promise.all(names.map((name) => call(`/fill?c=large&o=${name}&bytes=${bytes}`)));
    const sums = await Promise.all(names.map((name) => call(`/checksum?c=large&o=${name}`)));
    expect(sums).toEqual(names.map(() => ({ ok: [bytes, bytes, true] })));
  });

  it('streams through the object store of NATS, too, and reads a part of it', async () => {
    const { host, lattice } = scenario;
    await startProvider(lattice, host, 'objects', paths.blobstoreNatsProvider);
    await startComponent(lattice, host, { id: 'shelf', wasm: paths.storage, maxInstances: 4 });
    const link = { source: 'shelf', target: 'objects', interface: 'wasi:blobstore/blobstore' };
    await putLink(lattice, { ...link, targetConfig: { storage_type: 'memory' } });
    await host.child.waitForLine(/object store opened/);
    const shelf = await serveHttp(lattice, host, 'shelf', await freePort());
    const bytes = 20_000_000;
    await get(shelf, '/create?c=large');
    expect(await get(shelf, `/fill?c=large&o=a&bytes=${bytes}`)).toEqual({ ok: null });
    expect(await get(shelf, '/checksum?c=large&o=a')).toEqual({ ok: [bytes, bytes, true] });
    await get(shelf, '/put?c=large&o=b&text=hello%20world');
    expect(await get(shelf, '/range?c=large&o=b&start=6&end=9')).toEqual({ ok: 'wor' });
    expect(await get(shelf, '/list?c=large')).toEqual({ ok: ['a', 'b'] });
  });

  it('gets what went wrong as the errors of the WIT', async () => {
    await call('/create?c=errors');
    expect(await call('/list?c=missing')).toEqual({ err: 'container does not exist' });
    expect(await call('/get?c=errors&o=missing')).toEqual({
      err: 'object "missing" of container "errors" does not exist',
    });
    expect(await call('/put?c=errors&o=../out&text=x')).toEqual({
      err: expect.stringMatching(/is no name for an object/),
    });
    expect(await call('/move?from=errors/a&to=missing/a')).toEqual({
      err: 'object "a" of container "errors" does not exist',
    });
    expect(await call('/create?c=..')).toEqual({ err: expect.stringMatching(/is no name for a container/) });
  });
});

describe('a component with two links of one interface', () => {
  beforeAll(async () => {
    // What the component can only write through its default link is put there by hand.
    await call('/create?c=where');
    await call('/put?c=where&o=name&text=default');
    await cp(join(folder.path, 'default/where'), join(folder.path, 'archive/where'), { recursive: true });
    await writeFile(join(folder.path, 'archive/where/name'), 'archive');
  });

  it('chooses between them, more than once in one invocation', async () => {
    expect(await call('/choose?links=,archive,default,archive')).toEqual({
      ok: ['default', 'archive', 'default', 'archive'],
    });
  });

  it('does not choose for invocations beside it or after it', async () => {
    const paths = Array.from({ length: 16 }, (_, index) =>
      index % 2 === 0 ? '/choose?ms=20&links=archive,archive' : '/choose?ms=20&links=,',
    );
    const seen = await Promise.all(paths.map(call));
    expect(seen).toEqual(
      paths.map((_, index) => ({
        ok: index % 2 === 0 ? ['archive', 'archive'] : ['default', 'default'],
      })),
    );
    expect(await call('/choose?links=')).toEqual({ ok: ['default'] });
  });

  it('is told of a name that no link has', async () => {
    expect(await call('/choose?links=absent')).toEqual({
      err: 'interface `wasi:blobstore/blobstore` does not have an existing link with name `absent`',
    });
  });
});
