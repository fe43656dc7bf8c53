import {
  type BlobStore,
  BlobstoreFailure,
  checkRange,
  namesInRange,
  noContainer,
  noObject,
  quoted,
} from '@wasmlattice/blobstore';
import type { BlobstoreObjectId } from '@wasmlattice/rpc/interfaces';
import { DeliverPolicy, type ObjectStoreOptions, type StreamInfo } from 'nats';
import type { JetStream } from './jet-stream.js';
import { isNotFound } from './nats-failure.js';
import { decodeInfo, type ObjectInfo, readInfo, type StoredInfo } from './object-info.js';
import { readObject } from './object-reader.js';
import { bucketStream, infoSubjects } from './object-subjects.js';
import { replaceInfo, writeObject } from './object-writer.js';

/** Objects whose deletion is under way at a time. */
const deletionsAtOnce = 16;
/** Messages of a list on their way or not yet read. */
const listWindow = 256;
/** An object may stand for one that stands for another, and so on. */
const mostLinks = 8;

/**
 * Containers as buckets of NATS's object store.
 *
 * @param newBucket how buckets are made
 */
export function createNatsStore(jetStream: JetStream, newBucket: Partial<ObjectStoreOptions>): BlobStore {
  const { manager } = jetStream;

  /** The failure of a component that named a bucket which is not there, or can't be. */
  const inBucket = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    try {
      if (isBucketName(name)) return await work();
    } catch (error) {
      if (!isNotFound(error, 'stream')) throw error;
    }
    throw noContainer(name);
  };
  const bucketInfo = (name: string): Promise<StreamInfo> =>
    inBucket(name, () => manager.streams.info(bucketStream(name)));
  const stored = (id: BlobstoreObjectId): Promise<StoredInfo> =>
    inBucket(id.container, () => readInfo(manager, id.container, id.object));

  const existing = async (id: BlobstoreObjectId, links: number = mostLinks): Promise<ObjectInfo> => {
    const { info } = await stored(id);
    if (info === undefined || info.deleted === true) throw noObject(id);
    const link = info.options?.link;
    if (link === undefined) return info;
    if (link.name === undefined || links === 0)
      throw new BlobstoreFailure(`object ${quoted(id.object)} is no object but a link`);
    return existing({ container: link.bucket, object: link.name }, links - 1);
  };

  async function* infos(bucket: string): AsyncGenerator<string> {
    const filter = { filter_subject: infoSubjects(bucket), deliver_policy: DeliverPolicy.LastPerSubject };
    for await (const { data } of jetStream.messages(bucketStream(bucket), filter, { window: listWindow })) {
      const info = decodeInfo(data);
      if (info.deleted !== true) yield info.name;
    }
  }

  const deleteObject = ({ container, object }: BlobstoreObjectId): Promise<void> =>
    replaceInfo(jetStream, { bucket: container, name: object }, ({ info }) =>
      info === undefined || info.deleted === true ? undefined : tombstone(info),
    );

  const deleteAll = async (
    container: string,
    objects: AsyncIterable<string> | Iterable<string>,
  ): Promise<void> => {
    const running = new Set<Promise<void>>();
    for await (const object of objects) {
      const deletion: Promise<void> = deleteObject({ container, object }).finally(() =>
        running.delete(deletion),
      );
      running.add(deletion);
      if (running.size >= deletionsAtOnce) await Promise.race(running);
    }
    await Promise.all(running);
  };

  const store: BlobStore = {
    async createContainer(name) {
      if (!isBucketName(name)) {
        throw new BlobstoreFailure(
          `${quoted(name)} is no name for a container: use letters, digits, "_" and "-" only`,
        );
      }
      if (!(await store.containerExists(name))) await jetStream.createBucket(name, newBucket);
    },

    containerExists: (name) =>
      bucketInfo(name).then(
        () => true,
        (error: unknown) => {
          if (error instanceof BlobstoreFailure) return false;
          throw error;
        },
      ),

    async containerInfo(name) {
      const { created } = await bucketInfo(name);
      return { createdAt: seconds(created) };
    },

    async clearContainer(name) {
      await bucketInfo(name);
      await deleteAll(name, infos(name));
    },

    async deleteContainer(name) {
      await inBucket(name, () => manager.streams.delete(bucketStream(name)));
    },

    async list(container, range) {
      await bucketInfo(container);
      return namesInRange(infos(container), range);
    },

    async hasObject(id) {
      const { info } = await stored(id);
      return info !== undefined && info.deleted !== true;
    },

    async objectInfo(id) {
      const { size, mtime } = await existing(id);
      return { createdAt: seconds(mtime), size: BigInt(size) };
    },

    async read(id, start, end) {
      checkRange(start, end);
      return readObject(jetStream, await existing(id), { start: Number(start), end: Number(end) });
    },

    async prepareWrite({ container, object }) {
      if (object === '') throw new BlobstoreFailure('an object needs a name');
      await bucketInfo(container);
    },

    write: ({ container, object }, data) =>
      inBucket(container, () => writeObject(jetStream, { bucket: container, name: object }, data)),

    async copy(src, dest) {
      const info = await existing(src);
      await store.prepareWrite(dest);
      if (!isSame(src, dest))
        await store.write(dest, readObject(jetStream, info, { start: 0, end: info.size }));
    },

    async move(src, dest) {
      const info = await existing(src);
      if (isSame(src, dest)) return;
      if (src.container !== dest.container || info.name !== src.object) {
        await store.copy(src, dest);
        await deleteObject(src);
        return;
      }
      // The chunks get another name, and stay where they are.
      await store.prepareWrite(dest);
      const [bucket, name] = [dest.container, dest.object];
      await replaceInfo(jetStream, { bucket, name }, () => ({ ...info, name }));
      await replaceInfo(
        jetStream,
        { bucket, name: src.object },
        (before) => (before.info?.nuid === info.nuid ? tombstone(before.info) : undefined),
        { keep: info.nuid },
      );
    },

    deleteObjects: (container, objects) =>
      inBucket(container, async () => {
        await bucketInfo(container);
        await deleteAll(container, objects);
      }),
  };
  return store;
}

/** What stays of an object that was deleted. */
function tombstone(info: ObjectInfo): ObjectInfo {
  return { ...info, deleted: true, size: 0, chunks: 0, digest: '' };
}

function isSame(one: BlobstoreObjectId, other: BlobstoreObjectId): boolean {
  return one.container === other.container && one.object === other.object;
}

function isBucketName(name: string): boolean {
  return /^[-\w]+$/.test(name);
}

function seconds(time: string | undefined): bigint {
  const ms = time === undefined ? 0 : Date.parse(time);
  return BigInt(Math.max(0, Math.floor((ms || 0) / 1000)));
}
