import { type BlobStore, BlobstoreFailure } from '@wasmlattice/blobstore';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type NatsConnection, type ObjectStore } from 'nats';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JetStream } from './jet-stream.js';
import { createNatsStore } from './nats-store.js';

const bucket = 'box';
const chunkBytes = 256 * 1024;

let nats: TestNatsServer;
let connection: NatsConnection;
let jetStream: JetStream;
let store: BlobStore;
/** The library's own client of the same bucket. */
let others: ObjectStore;

beforeAll(async () => {
  nats = await startNatsServer();
  connection = await connect({ servers: nats.url });
  jetStream = await JetStream.open(connection, { domain: undefined, writeTimeoutMs: 30_000 });
  store = createNatsStore(jetStream, {});
});
afterAll(async () => {
  await connection.close();
  await nats[Symbol.asyncDispose]();
});
beforeEach(async () => {
  if (await store.containerExists(bucket)) await store.deleteContainer(bucket);
  await store.createContainer(bucket);
  others = await connection.jetstream().views.os(bucket);
});

const idOf = (object: string): { container: string; object: string } => ({ container: bucket, object });

async function* once(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data;
}

/** Bytes that differ from chunk to chunk. */
function numbered(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 7 + (index >> 11)) % 256));
}

async function read(object: string, start = 0, end = Number.MAX_SAFE_INTEGER): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(await store.read(idOf(object), BigInt(start), BigInt(end))));
}

async function messagesInBucket(): Promise<number> {
  const { state } = await (await connection.jetstreamManager()).streams.info(`OBJ_${bucket}`);
  return state.messages;
}

const someBytes = numbered(6 * chunkBytes + 1_000);

describe('objects of NATS', () => {
  it('are read by other clients', async () => {
    // The library fails at names with letters beyond Latin-1, and has other subjects than all other clients for those beyond ASCII.
    await store.write(idOf('a b/c?'), once(someBytes));
    expect(await others.info('a b/c?')).toMatchObject({ size: someBytes.length, deleted: false });
    const blob = await others.getBlob('a b/c?');
    expect(someBytes.equals(blob ?? Buffer.alloc(0))).toBe(true);
  });

  it('of other clients are read, listed, moved and deleted', async () => {
    await others.putBlob(
      { name: 'theirs', options: { max_chunk_size: 1_000 } },
      someBytes.subarray(0, 50_000),
    );
    expect((await read('theirs')).equals(someBytes.subarray(0, 50_000))).toBe(true);
    expect((await read('theirs', 49_001, 49_990)).equals(someBytes.subarray(49_001, 49_990))).toBe(true);
    await store.move(idOf('theirs'), idOf('ours'));
    expect((await others.list()).map(({ name }) => name)).toEqual(['ours']);
    await store.deleteObjects(bucket, ['ours']);
    expect(await others.list()).toEqual([]);
  });

  it('that stand for others are read as those', async () => {
    await store.write(idOf('a'), once(Buffer.from('hello')));
    const target = await others.info('a');
    if (target === null) throw new Error('the object is not there');
    await others.link('alias', target);
    expect((await read('alias')).toString()).toBe('hello');
    await store.move(idOf('alias'), idOf('b'));
    expect((await read('b')).toString()).toBe('hello');
    expect(await store.hasObject(idOf('alias'))).toBe(false);
  });

  it('leave nothing behind when they are replaced, moved, or break off', async () => {
    await store.write(idOf('a'), once(someBytes));
    await store.write(idOf('a'), once(Buffer.from('hello')));
    await store.move(idOf('a'), idOf('b'));
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield someBytes;
      throw new Error('the source broke');
    }
    await expect(store.write(idOf('c'), broken())).rejects.toThrow('the source broke');
    // What is said of `a` and of `b`, and one chunk.
    expect(await messagesInBucket()).toBe(3);
  });

  it('are those of one writer when several write them at once', async () => {
    const texts = Array.from({ length: 12 }, (_, index) => `written by ${index}`);
    await Promise.all(texts.map((text) => store.write(idOf('a'), once(Buffer.from(text)))));
    expect(texts).toContain((await read('a')).toString());
    expect(await messagesInBucket()).toBe(2);
  });

  it('have ranges, also where their chunks lie between those of others', async () => {
    await store.write(idOf('alone'), once(someBytes));
    async function* slowly(): AsyncGenerator<Uint8Array> {
      for (let start = 0; start < someBytes.length; start += chunkBytes) {
        yield someBytes.subarray(start, start + chunkBytes);
        await store.write(idOf('between'), once(Buffer.from('x')));
      }
    }
    await store.write(idOf('mixed'), slowly());
    const ranges = [0, 1, chunkBytes * 4, chunkBytes * 5 - 1, chunkBytes * 6 + 500];
    for (const object of ['alone', 'mixed']) {
      for (const start of ranges) {
        const end = start + 700;
        expect(
          (await read(object, start, end)).equals(someBytes.subarray(start, end)),
          `${object} ${start}`,
        ).toBe(true);
      }
    }
  });

  it('that are damaged are not read as if they were whole', async () => {
    await store.write(idOf('a'), once(someBytes));
    const { nuid = '' } = (await others.info('a')) ?? {};
    const manager = await connection.jetstreamManager();
    const chunk = await jetStream.firstMessage(`OBJ_${bucket}`, `$O.${bucket}.C.${nuid}`);
    await manager.streams.deleteMessage(`OBJ_${bucket}`, chunk.seq);
    await expect(read('a')).rejects.toThrow(BlobstoreFailure);
    await connection.jetstream().publish(`$O.${bucket}.C.${nuid}`, chunk.data);
    await expect(read('a')).rejects.toThrow('the object is damaged');
  });
});

it('a list has names beyond one answer of the server', async () => {
  const names = Array.from({ length: 700 }, (_, index) => `object-${index}`);
  await Promise.all(names.map((name) => store.write(idOf(name), once(Buffer.from('x')))));
  await store.deleteObjects(bucket, names.slice(0, 100));
  const listed = (await Array.fromAsync(await store.list(bucket, { offset: 0n, limit: 2n ** 64n }))).flat();
  expect(listed.toSorted()).toEqual(names.slice(100).toSorted());
  expect((await Array.fromAsync(await store.list(bucket, { offset: 590n, limit: 20n }))).flat()).toHaveLength(
    10,
  );
});
