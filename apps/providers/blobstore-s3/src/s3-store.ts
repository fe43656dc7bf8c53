import { Readable } from 'node:stream';
import {
  type BucketLocationConstraint,
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import {
  type BlobStore,
  BlobstoreFailure,
  type Chunks,
  checkRange,
  namesInRange,
  noContainer,
  noObject,
} from '@wasmlattice/blobstore';
import type { BlobstoreObjectId } from '@wasmlattice/rpc/interfaces';
import { bucketOf } from './bucket-names.js';
import { leavable } from './leavable.js';
import { hasCode, hasStatus } from './s3-failure.js';

/** Of an upload; S3 takes 10,000 of them, so objects of up to 160 GB. */
const partBytes = 16 * 1024 * 1024;
/** Kept in memory for each write. */
const partsAtOnce = 2;
/** What S3 copies in one step. */
const mostCopiedBytes = 5 * 1024 ** 3;
/** What S3 deletes in one step. */
const deletionsAtOnce = 1_000;
const endOfAll = 2n ** 63n;

export interface S3StoreOptions {
  readonly client: S3Client;
  /** Buckets by the names that components use for them. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Where buckets are made; the client's region without. */
  readonly bucketRegion: string | undefined;
}

/** Containers as buckets of S3, each by its name or an alias. */
export function createS3Store({ client, aliases, bucketRegion }: S3StoreOptions): BlobStore {
  const bucket = (container: string): string => bucketOf(container, aliases);
  const keyOf = ({ container, object }: BlobstoreObjectId): { Bucket: string; Key: string } => ({
    Bucket: bucket(container),
    Key: object,
  });

  /** What the server does not find is named as the component does. */
  const finding = async <T>(
    id: { readonly container: string; readonly object?: string },
    work: Promise<T>,
  ): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const { container, object } = id;
      if (hasCode(error, 'NoSuchBucket')) throw noContainer(container);
      const isMissing = hasCode(error, 'NoSuchKey') || hasStatus(error, 404);
      if (!isMissing) throw error;
      if (object === undefined || !(await store.containerExists(container))) throw noContainer(container);
      throw noObject({ container, object });
    }
  };
  const head = (id: BlobstoreObjectId): Promise<HeadObjectCommandOutput> =>
    finding(id, client.send(new HeadObjectCommand(keyOf(id))));
  const checkContainer = async (container: string): Promise<void> => {
    await finding({ container }, client.send(new HeadBucketCommand({ Bucket: bucket(container) })));
  };

  async function* keys(container: string): AsyncGenerator<string> {
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket(container),
          ...(token !== undefined && { ContinuationToken: token }),
        }),
      );
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  const deleteKeys = async (container: string, objects: readonly string[]): Promise<void> => {
    for (let start = 0; start < objects.length; start += deletionsAtOnce) {
      const some = objects.slice(start, start + deletionsAtOnce);
      const { Errors: failed = [] } = await client.send(
        new DeleteObjectsCommand({
          Bucket: bucket(container),
          Delete: { Quiet: true, Objects: some.map((Key) => ({ Key })) },
        }),
      );
      const [first] = failed;
      if (first === undefined) continue;
      const { Key: name = '', Code: code = 'an error' } = first;
      throw new BlobstoreFailure(
        `${failed.length} of ${objects.length} objects were not deleted; of ${JSON.stringify(name)} the S3 server says ${code}`,
      );
    }
  };
  const clear = async (container: string): Promise<void> => {
    // Page by page: a bucket has any number of objects.
    const range = { offset: 0n, limit: endOfAll };
    for await (const names of namesInRange(keys(container), range)) await deleteKeys(container, names);
  };

  const store: BlobStore = {
    async createContainer(name) {
      const where = bucketRegion as BucketLocationConstraint | undefined;
      const configuration =
        where === undefined ? {} : { CreateBucketConfiguration: { LocationConstraint: where } };
      try {
        await client.send(new CreateBucketCommand({ Bucket: bucket(name), ...configuration }));
      } catch (error) {
        if (!hasCode(error, 'BucketAlreadyOwnedByYou')) throw error;
      }
    },

    async containerExists(name) {
      try {
        await client.send(new HeadBucketCommand({ Bucket: bucket(name) }));
        return true;
      } catch (error) {
        if (hasStatus(error, 404)) return false;
        throw error;
      }
    },

    async containerInfo(name) {
      await checkContainer(name);
      // S3 does not say of one bucket when it was made.
      return { createdAt: 0n };
    },

    async clearContainer(name) {
      await checkContainer(name);
      await clear(name);
    },

    async deleteContainer(name) {
      await checkContainer(name);
      await clear(name);
      await finding({ container: name }, client.send(new DeleteBucketCommand({ Bucket: bucket(name) })));
    },

    async list(container, range) {
      await checkContainer(container);
      return namesInRange(keys(container), range);
    },

    async hasObject(id) {
      try {
        await client.send(new HeadObjectCommand(keyOf(id)));
        return true;
      } catch (error) {
        if (!hasStatus(error, 404)) throw error;
        await checkContainer(id.container);
        return false;
      }
    },

    async objectInfo(id) {
      const { ContentLength: size = 0, LastModified: modified } = await head(id);
      return { createdAt: BigInt(Math.floor((modified?.getTime() ?? 0) / 1_000)), size: BigInt(size) };
    },

    async read(id, start, end) {
      checkRange(start, end);
      if (start === end) {
        await head(id);
        return nothing();
      }
      const last = end < endOfAll ? String(end - 1n) : '';
      const isWhole = start === 0n && last === '';
      const range = isWhole ? {} : { Range: `bytes=${start}-${last}` };
      try {
        const { Body: body } = await finding(
          id,
          client.send(new GetObjectCommand({ ...keyOf(id), ...range })),
        );
        return body instanceof Readable ? leavable(body) : nothing();
      } catch (error) {
        // The range is beyond the object.
        if (hasStatus(error, 416)) return nothing();
        throw error;
      }
    },

    prepareWrite: ({ container }) => checkContainer(container),

    write: async (id, data) => {
      const upload = new Upload({
        client,
        params: { ...keyOf(id), Body: Readable.from(data, { objectMode: false }) },
        partSize: partBytes,
        queueSize: partsAtOnce,
      });
      await finding({ container: id.container }, upload.done());
    },

    async copy(src, dest) {
      const { ContentLength: size = 0, ETag: tag } = await head(src);
      if (isSame(src, dest)) return;
      await checkContainer(dest.container);
      if (size > mostCopiedBytes) {
        await store.write(dest, await store.read(src, 0n, endOfAll));
        return;
      }
      const { Bucket, Key } = keyOf(src);
      await finding(
        src,
        client.send(
          new CopyObjectCommand({
            ...keyOf(dest),
            CopySource: `${Bucket}/${encodeURIComponent(Key)}`,
            ...(tag !== undefined && { CopySourceIfMatch: tag }),
          }),
        ),
      );
    },

    async move(src, dest) {
      await store.copy(src, dest);
      if (!isSame(src, dest)) await deleteKeys(src.container, [src.object]);
    },

    async deleteObjects(container, objects) {
      if (objects.length === 0) await checkContainer(container);
      await finding({ container }, deleteKeys(container, objects));
    },
  };

  const isSame = (one: BlobstoreObjectId, other: BlobstoreObjectId): boolean =>
    bucket(one.container) === bucket(other.container) && one.object === other.object;

  return store;
}

async function* nothing(): Chunks {}
