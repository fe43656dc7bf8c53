import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InterfaceLinkDefinition } from '@wasmlattice/provider-host/protocol';
import { func, ok, type Result, type TypedInterface, t, witInterface } from '@wasmlattice/rpc';
import { createTempDir, startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FaultyWire } from './faulty-wire.js';
import { ProviderHarness, type ProviderUnderTest } from './provider-harness.js';

// The example with streams, with all that can go wrong between it and its server.

const program = fileURLToPath(new URL('../../examples/files.ts', import.meta.url));

interface Files {
  read(
    name: string,
  ): Promise<Result<[AsyncIterable<Uint8Array>, Promise<Result<undefined, string>>], string>>;
}
const files: TypedInterface<Files> = witInterface('acme:files/files@0.1.0', [
  func(
    'read',
    [['name', t.string]],
    t.result(t.tuple(t.stream(t.u8), t.future(t.result(undefined, t.string))), t.string),
  ),
]);

/** More than any buffer between the provider and a reader that does not read. */
const largeBytes = 64 * 1024 * 1024;

let nats: TestNatsServer;
let folder: Awaited<ReturnType<typeof createTempDir>>;
let wire: FaultyWire;
let harness: ProviderHarness;
let host: ProviderUnderTest;

beforeAll(async () => {
  nats = await startNatsServer();
  folder = await createTempDir();
  await writeFile(join(folder.path, 'small'), 'hello');
  await writeFile(join(folder.path, 'large'), new Uint8Array(largeBytes));
});
afterAll(async () => {
  await nats[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});
beforeEach(async () => {
  wire = await FaultyWire.to(nats.url);
  harness = await ProviderHarness.connect({ url: nats.url, providerUrl: wire.url, program, id: 'files' });
  host = await harness.start([link(folder.path)]);
});
afterEach(async () => {
  await harness[Symbol.asyncDispose]();
  await wire[Symbol.asyncDispose]();
});

const link = (folder: string): InterfaceLinkDefinition => harness.link('acme:files/files', { folder });

async function open(name: string): Promise<[AsyncIterable<Uint8Array>, Promise<Result<undefined, string>>]> {
  const result = await harness.client(files).read(name);
  if (result.tag === 'err') throw new Error(result.val);
  return result.val;
}

async function read(name: string): Promise<string> {
  const [bytes, status] = await open(name);
  const text = Buffer.concat(await Array.fromAsync(bytes)).toString();
  expect(await status).toEqual(ok());
  return text;
}

describe('a provider', () => {
  it('serves over a slow wire', async () => {
    wire.slow(20);
    expect(await read('small')).toBe('hello');
    await expect(open('gone')).rejects.toThrow(/could not read gone: ENOENT/);
  });

  it('is back when its server is, with its links', async () => {
    wire.cut();
    await host.logged(/NATS connection lost/);
    await expect(open('small')).rejects.toMatchObject({ name: 'RpcError' });
    wire.mend();
    await host.logged(/NATS connection is back/);
    await expect.poll(() => read('small').catch(String)).toBe('hello');
  });

  it('lets go of what it streams when the wire is cut in the middle, and so do its readers', async () => {
    const [bytes, status] = await open('large');
    const cut = wire.cutAfter(1_000_000);
    const outcomes = Promise.allSettled([Array.fromAsync(bytes), status]);
    await cut;
    wire.mend();
    await host.logged(/NATS connection is back/);
    // The server knows its subscriptions a moment later.
    const deleting = (): Promise<string> => host.provider.deleteLink(link('')).then(() => 'deleted', String);
    await expect.poll(deleting).toBe('deleted');
    await host.logged(/folder closed .*end=deleted/);
    // The provider tells once it can.
    expect((await outcomes).map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
  });

  it('ends in the middle of a stream, and its reader learns of it', async () => {
    const [bytes, status] = await open('large');
    const stopped = host.provider.stop();
    const outcome = Promise.all([Array.fromAsync(bytes), status]);
    await expect(outcome).rejects.toMatchObject({ name: 'RpcError' });
    await stopped;
    expect(host.provider.state).toEqual({ tag: 'stopped' });
    await host.logged(/folder closed .*end=shutdown/);
  });

  it('tells each caller why its link can not be used, until it can', async () => {
    const gone = join(folder.path, 'later');
    await expect(host.provider.putLink(link(gone))).rejects.toThrow(/ENOENT/);
    await expect(open('small')).rejects.toThrow(
      /could not read small: the link named default of component component can't be used: ENOENT/,
    );
    await expect(host.provider.putLink(link('here'))).rejects.toThrow(
      'folder is "here": give the path from the top of the file system',
    );
    await host.provider.putLink(link(folder.path));
    expect(await read('small')).toBe('hello');
  });
});

it('a wire is late, and passes no more than it is told', async () => {
  wire.slow(10);
  const late = await ProviderHarness.connect({ url: wire.url, program, id: 'other' });
  const order: string[] = [];
  await Promise.all([
    late.connection.flush().then(() => order.push('late')),
    harness.connection.flush().then(() => order.push('direct')),
  ]);
  expect(order).toEqual(['direct', 'late']);
  const cut = wire.cutAfter(10);
  late.connection.publish('x', new Uint8Array(100));
  await cut;
  await late[Symbol.asyncDispose]();
});
