import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InterfaceLinkDefinition, LinkIdentity } from '@wasmlattice/provider-host/protocol';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { createClient, err, ok } from '@wasmlattice/rpc';
import { type Blobstore, blobstore } from '@wasmlattice/rpc/interfaces';
import { createTempDir, startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

// The provider as a host has it: its compiled program in a process of its own, calls over NATS.

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const id = 'blobstore';

let nats: TestNatsServer;
let folder: Awaited<ReturnType<typeof createTempDir>>;
let harness: ProviderHarness;

beforeAll(async () => {
  nats = await startNatsServer();
  folder = await createTempDir();
  harness = await ProviderHarness.connect({ url: nats.url, program, id });
});
afterEach(() => harness.stopAll());
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

function link(name: string, targetConfig: InterfaceLinkDefinition['targetConfig']): InterfaceLinkDefinition {
  return {
    sourceId: 'album',
    target: id,
    name,
    witNamespace: 'wasi',
    witPackage: 'blobstore',
    interfaces: ['blobstore'],
    sourceConfig: {},
    targetConfig,
  };
}

const client = (linkName = 'default', sourceId = 'album'): Blobstore =>
  createClient(harness.invoker, {
    target: id,
    interface: blobstore,
    headers: { 'source-id': sourceId, 'link-name': linkName },
  });

const all = 2n ** 64n - 1n;
const object = (name: string, container = 'box'): { container: string; object: string } => ({
  container,
  object: name,
});

async function write(name: string, data: AsyncIterable<Uint8Array>, linkName?: string): Promise<unknown> {
  const result = await client(linkName).writeContainerData(object(name), data);
  return result.tag === 'ok' ? await result.val : result;
}

async function* text(value: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(value);
}

describe('blobstore provider', () => {
  it('keeps containers and objects in the directory of the link', async () => {
    const root = join(folder.path, 'life');
    await harness.start([link('default', { ROOT: root })]);
    const store = client();
    expect(await store.containerExists('box')).toEqual(ok(false));
    expect(await store.createContainer('box')).toEqual(ok());
    expect(await write('2026/a', text('hello'))).toEqual(ok());
    expect(await store.getObjectInfo(object('2026/a'))).toMatchObject({ tag: 'ok', val: { size: 5n } });
    expect(await store.copyObject(object('2026/a'), object('b'))).toEqual(ok());
    expect(await store.moveObject(object('b'), object('c'))).toEqual(ok());
    expect(await readdir(join(root, 'box'))).toEqual(['2026', 'c']);
    const listed = await store.listContainerObjects('box', undefined, undefined);
    if (listed.tag === 'err') throw new Error(listed.val);
    const [names, status] = listed.val;
    expect((await Array.fromAsync(names)).flat().sort()).toEqual(['2026/a', 'c']);
    expect(await status).toEqual(ok());
    expect(await store.deleteObjects('box', ['c', 'gone'])).toEqual(ok());
    expect(await store.hasObject(object('c'))).toEqual(ok(false));
    expect(await store.clearContainer('box')).toEqual(ok());
    expect(await store.deleteContainer('box')).toEqual(ok());
    expect(await store.getContainerInfo('box')).toEqual(err('container "box" does not exist'));
  });

  it('answers with what is wrong', async () => {
    const host = await harness.start([link('default', { ROOT: join(folder.path, 'wrong') })]);
    const store = client();
    expect(await store.createContainer('../outside')).toEqual(
      err(expect.stringMatching(/"\.\.\/outside" is no name for a container/)),
    );
    expect(await store.getContainerData(object('a'), 0n, all)).toEqual(err('container "box" does not exist'));
    expect(await store.writeContainerData(object('a'), text('x'))).toEqual(
      err('container "box" does not exist'),
    );
    await store.createContainer('box');
    await write('a', text('x'));
    expect(await store.getContainerData(object('a'), 2n, 1n)).toEqual(
      err('the end of the range, 1, is before its start, 2'),
    );
    expect(await write('a/b', text('x'))).toEqual(
      err(expect.stringMatching(/a part of the name before a slash is an object itself/)),
    );
    expect(await client('default', 'stranger').containerExists('box')).toEqual(
      err(
        expect.stringMatching(
          /component stranger has no link named default to this provider: put one for wasi:blobstore/,
        ),
      ),
    );
    await expect(host.provider.putLink(link('relative', { ROOT: 'data' }))).rejects.toThrow(/ROOT is "data"/);
    await host.logged(/a link failed .*ROOT is/);
    await host.provider.deleteLink(link('default', {}) satisfies LinkIdentity);
    await host.logged(/link deleted .*link=default/);
    expect(await store.containerExists('box')).toMatchObject({ tag: 'err' });
  });

  it('takes the config of the provider for links without one', async () => {
    const root = join(folder.path, 'of-provider');
    await harness.start([link('default', {})], { ROOT: root });
    await client().createContainer('box');
    expect(await readdir(root)).toContain('box');
  });
});
