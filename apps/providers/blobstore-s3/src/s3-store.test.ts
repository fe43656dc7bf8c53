import { HeadObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { type BlobStore, BlobstoreFailure } from '@wasmlattice/blobstore';
import { startCeph, type TestCeph } from '@wasmlattice/test-support';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createS3Store } from './s3-store.js';

const [container, bucket] = ['pictures', 'bucket-of-pictures'];

let ceph: TestCeph;
let client: S3Client;
let store: BlobStore;

beforeAll(async () => {
  ceph = await startCeph();
  client = clientOf(ceph.user);
  store = createS3Store({ client, aliases: new Map([[container, bucket]]), bucketRegion: undefined });
});
afterAll(async () => {
  client?.destroy();
  await ceph?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
  if (await store.containerExists(container)) await store.deleteContainer(container);
  await store.createContainer(container);
});

function clientOf(credentials: TestCeph['user']): S3Client {
  const { endpoint, region } = ceph;
  return new S3Client({ endpoint, region, forcePathStyle: true, credentials });
}

const idOf = (object: string): { container: string; object: string } => ({ container, object });

async function* chunks(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) yield new Uint8Array(1024 * 1024).fill(index);
}

it('a container is a bucket, by its name or by an alias with or without its prefix', async () => {
  await store.write(idOf('a'), chunks(1));
  for (const name of [container, `alias_${container}`, bucket]) {
    expect(await store.hasObject({ container: name, object: 'a' })).toBe(true);
  }
});

it('data of unknown length goes in parts, and is one object at the end', async () => {
  const total = 40;
  await store.write(idOf('large'), chunks(total));
  const { ETag: tag } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'large' }));
  expect(tag).toMatch(/-3"$/);
  const read = await Array.fromAsync(await store.read(idOf('large'), 0n, 2n ** 64n - 1n));
  expect(Buffer.concat(read).equals(Buffer.concat(await Array.fromAsync(chunks(total))))).toBe(true);
});

it('data that breaks off leaves no parts behind', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield* chunks(40);
    throw new Error('the source broke');
  }
  await expect(store.write(idOf('a'), broken())).rejects.toThrow('the source broke');
  const { Uploads: uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  expect(uploads).toEqual([]);
});

it('lists and deletes more objects than S3 does at once', async () => {
  const names = Array.from({ length: 1_100 }, (_, index) => `object-${index}`);
  await Promise.all(names.map((name) => store.write(idOf(name), chunks(0))));
  const list = async (offset: bigint, limit: bigint): Promise<string[]> =>
    (await Array.fromAsync(await store.list(container, { offset, limit }))).flat();
  expect((await list(0n, 2n ** 64n)).toSorted()).toEqual(names.toSorted());
  expect(await list(990n, 20n)).toHaveLength(20);
  await store.deleteObjects(container, names);
  expect(await list(0n, 2n ** 64n)).toEqual([]);
});

it('what another user may not have is refused with words', async () => {
  const stranger = clientOf({ accessKeyId: 'STRANGER', secretAccessKey: 'guessed' });
  try {
    const other = createS3Store({ client: stranger, aliases: new Map(), bucketRegion: undefined });
    await expect(other.list(bucket, { offset: 0n, limit: 1n })).rejects.toSatisfy(
      (error) => !(error instanceof BlobstoreFailure),
    );
  } finally {
    stranger.destroy();
  }
});
