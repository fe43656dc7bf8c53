import { err } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { testContext, testLinks } from '../../../testing/context.js';
import { IncomingValue } from './incoming-value.js';
import { OutgoingValue } from './outgoing-value.js';
import { bindBlobstore, type MemoryStore, serveStore } from './testing/memory-store.js';

const all = 2n ** 64n - 1n;

/** The WIT error a call ends with. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  return (thrown as { payload?: unknown } | undefined)?.payload;
}

/** Writes as a guest does: at the pace of the stream. */
async function write(value: OutgoingValue, bytes: Uint8Array): Promise<void> {
  const stream = value.outgoingValueWriteBody();
  await stream.blockingWriteAndFlush(bytes);
  stream[Symbol.dispose]();
}

async function store(memory: MemoryStore, name: string, bytes: Uint8Array): Promise<void> {
  const box = await memory.blobstore.getContainer('box');
  const value = OutgoingValue.newOutgoingValue();
  await box.writeData(name, value);
  await write(value, bytes);
  await OutgoingValue.finish(value);
}

const large = Uint8Array.from({ length: 1_500_000 }, (_, index) => index % 251);

describe.each(['0.2.0', '0.1.0'] as const)('wasi:blobstore on a store of version %s', (version) => {
  it('has containers that are names', async () => {
    const memory = await serveStore(version);
    const box = await memory.blobstore.createContainer('box');
    expect(box.name()).toBe('box');
    expect(await box.info()).toEqual({ name: 'box', createdAt: 12n });
    expect(await memory.blobstore.containerExists('absent')).toBe(false);
    expect(await errorOf(memory.blobstore.getContainer('absent'))).toBe('container does not exist');
    expect(await errorOf(memory.blobstore.createContainer('taken'))).toBe('there is one');
    expect(
      await errorOf(
        memory.blobstore.moveObject({ container: 'a', object: 'b' }, { container: 'a', object: 'c' }),
      ),
    ).toBe('read-only');
  });

  it('writes and reads values larger than anything that is buffered', async () => {
    const memory = await serveStore(version);
    await store(memory, 'large', large);
    expect(memory.objects.get('box/large')).toEqual(large);
    const box = await memory.blobstore.getContainer('box');
    const value = await box.getData('large', 0n, all);
    expect(await value.size()).toBe(BigInt(large.length));
    expect(await IncomingValue.incomingValueConsumeSync(value)).toEqual(large);

    const part = await box.getData('large', 10n, 2_000n);
    expect(await part.size()).toBe(1_990n);
    const stream = IncomingValue.incomingValueConsumeAsync(part);
    const chunks: Uint8Array[] = [];
    await expect(
      (async () => {
        for (;;) chunks.push(await stream.blockingRead(300n));
      })(),
    ).rejects.toMatchObject({ payload: { tag: 'closed' } });
    expect(new Uint8Array(Buffer.concat(chunks))).toEqual(large.slice(10, 2_000));
  });

  it('lists, asks about, copies and deletes objects', async () => {
    const memory = await serveStore(version);
    await store(memory, 'a', Uint8Array.of(1, 2));
    await store(memory, 'b', Uint8Array.of());
    await memory.blobstore.copyObject({ container: 'box', object: 'a' }, { container: 'box', object: 'c' });
    const box = await memory.blobstore.getContainer('box');
    const names = await box.listObjects();
    expect(await names.readStreamObjectNames(2n)).toEqual([['a', 'b'], false]);
    expect(await names.skipStreamObjectNames(5n)).toEqual([1n, true]);
    expect(await names.readStreamObjectNames(1n)).toEqual([[], true]);
    expect(await box.objectInfo('a')).toEqual({ name: 'a', container: 'box', createdAt: 7n, size: 2n });
    await box.deleteObject('a');
    expect(await box.hasObject('a')).toBe(false);
    expect(await box.hasObject('b')).toBe(true);
  });
});

describe('wasi:blobstore', () => {
  it('always uses the link of the blobstore interface, and version 0.1.0 only when nobody serves 0.2.0', async () => {
    const older = await serveStore('0.1.0');
    await older.blobstore.containerExists('box');
    const key = 'wasi:blobstore/blobstore wrpc:blobstore/blobstore';
    expect(older.calls).toEqual([`${key}@0.2.0 container-exists`, `${key}@0.1.0 container-exists`]);
    const current = await serveStore('0.2.0');
    await errorOf(current.blobstore.createContainer('taken'));
    expect(current.calls).toEqual([`${key}@0.2.0 create-container`]);
  });

  it('tells a guest that nobody serves it', async () => {
    const memory = await serveStore();
    expect(await errorOf(memory.blobstore.containerExists('box'))).toMatch(
      /^wasi:blobstore\/blobstore container-exists: wrpc:blobstore\/blobstore@0\.1\.0\.container-exists on store/,
    );
  });

  it('gives a failed call to the guest, and traps only when the invocation ended', async () => {
    const links = testLinks(() => Promise.reject(new Error('no link')));
    const { containerExists } = bindBlobstore(testContext({ links }));
    expect(await errorOf(containerExists('a'))).toBe('wasi:blobstore/blobstore container-exists: no link');
    const ended = bindBlobstore(testContext({ links, signal: AbortSignal.abort() }));
    await expect(ended.containerExists('a')).rejects.toThrow('no link');
  });

  it('tells of a write the store could not complete when it is finished', async () => {
    const memory = await serveStore('0.2.0');
    memory.status = err('disk full');
    expect(await errorOf(store(memory, 'a', Uint8Array.of(1)))).toBe('disk full');
  });

  it('does not take data for complete before the store says so', async () => {
    const memory = await serveStore('0.2.0');
    await store(memory, 'a', Uint8Array.of(1, 2, 3));
    memory.status = err('bad sector');
    const box = await memory.blobstore.getContainer('box');
    const sync = IncomingValue.incomingValueConsumeSync(await box.getData('a', 0n, all));
    expect(await errorOf(sync)).toBe('bad sector');
    const stream = IncomingValue.incomingValueConsumeAsync(await box.getData('a', 0n, all));
    expect(await stream.blockingRead(10n)).toEqual(Uint8Array.of(1, 2, 3));
    const late = Promise.resolve(stream.blockingRead(10n));
    await expect(late).rejects.toMatchObject({ payload: { tag: 'last-operation-failed' } });
    const names = await box.listObjects();
    expect(await errorOf(names.readStreamObjectNames(9n))).toBe('bad sector');
    expect(await errorOf(box.getData('missing', 0n, all))).toBe('no object');
  });

  it('takes a value that was written before write-data, and refuses one that is too large for that', async () => {
    const memory = await serveStore('0.2.0');
    const box = await memory.blobstore.getContainer('box');
    const early = OutgoingValue.newOutgoingValue();
    await write(early, large);
    await box.writeData('early', early);
    await OutgoingValue.finish(early);
    expect(memory.objects.get('box/early')).toEqual(large);

    const stream = OutgoingValue.newOutgoingValue().outgoingValueWriteBody();
    const tooLarge = Promise.resolve(stream.blockingWriteAndFlush(new Uint8Array(9 * 1024 * 1024)));
    await expect(tooLarge).rejects.toMatchObject({ payload: { tag: 'last-operation-failed' } });
  });

  it('does not store a value that is dropped half-way as a whole one', async () => {
    const memory = await serveStore('0.2.0');
    const box = await memory.blobstore.getContainer('box');
    const value = OutgoingValue.newOutgoingValue();
    await box.writeData('half', value);
    await value.outgoingValueWriteBody().blockingWriteAndFlush(Uint8Array.of(1));
    value[Symbol.dispose]();
    await OutgoingValue.finish(value).catch(() => {});
    expect(memory.objects.has('box/half')).toBe(false);
  });

  it('holds a guest to one stream and one write-data for each value', async () => {
    const memory = await serveStore('0.2.0');
    const box = await memory.blobstore.getContainer('box');
    const value = OutgoingValue.newOutgoingValue();
    value.outgoingValueWriteBody();
    expect(() => value.outgoingValueWriteBody()).toThrow(expect.objectContaining({ payload: undefined }));
    await box.writeData('a', value);
    await expect(box.writeData('b', value)).rejects.toMatchObject({ name: 'GuestMisuseError' });
  });

  it('stops the store when the guest drops what it did not read', async () => {
    const memory = await serveStore('0.2.0');
    await store(memory, 'a', large);
    const box = await memory.blobstore.getContainer('box');
    (await box.getData('a', 0n, all))[Symbol.dispose]();
    const stream = IncomingValue.incomingValueConsumeAsync(await box.getData('a', 0n, all));
    await stream.blockingRead(1n);
    stream[Symbol.dispose]();
    await expect(async () => stream.read(1n)).rejects.toMatchObject({ payload: { tag: 'closed' } });
  });
});
