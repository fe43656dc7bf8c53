import { createHash } from 'node:crypto';
import { type Chunks, sizedChunks } from '@wasmlattice/blobstore';
import { headers, JsHeaders, nuid } from 'nats';
import type { JetStream } from './jet-stream.js';
import { isWrongRevision } from './nats-failure.js';
import { encodeInfo, type ObjectInfo, readInfo, type StoredInfo } from './object-info.js';
import { base64Url, bucketStream, chunkSubject, infoSubject } from './object-subjects.js';

/** As upstream's provider writes them. */
const chunkBytes = 256 * 1024;
/** Of chunks that the server has not confirmed, in bytes. */
const windowBytes = 4 * 1024 * 1024;

/** Stores an object of that name in place of the one before, which stays until all data is there. */
export async function writeObject(
  jetStream: JetStream,
  { bucket, name }: Pick<ObjectInfo, 'bucket' | 'name'>,
  data: Chunks,
): Promise<void> {
  const id = nuid.next();
  try {
    const written = await writeChunks(jetStream, chunkSubject(bucket, id), data);
    await replaceInfo(jetStream, { bucket, name }, () => ({
      ...written,
      name,
      bucket,
      nuid: id,
      mtime: new Date().toISOString(),
      deleted: false,
    }));
  } catch (error) {
    await purgeChunks(jetStream, bucket, id).catch(() => {});
    throw error;
  }
}

/**
 * Says something new of an object, and removes the chunks that nothing stands for then. When another writer is quicker, `next` is asked
 * again, with what that one said; it answers `undefined` to leave it.
 */
export async function replaceInfo(
  jetStream: JetStream,
  { bucket, name }: Pick<ObjectInfo, 'bucket' | 'name'>,
  next: (before: StoredInfo) => ObjectInfo | undefined,
  { keep }: { readonly keep?: string } = {},
): Promise<void> {
  for (;;) {
    const before = await readInfo(jetStream.manager, bucket, name);
    const info = next(before);
    if (info === undefined) return;
    const expected = headers();
    expected.set(JsHeaders.RollupHdr, JsHeaders.RollupValueSubject);
    expected.set('Nats-Expected-Last-Subject-Sequence', String(before.revision));
    try {
      await jetStream.publish(infoSubject(bucket, name), encodeInfo(info), expected);
    } catch (error) {
      if (isWrongRevision(error)) continue;
      throw error;
    }
    const old = before.info?.nuid;
    const isUnused = old !== undefined && old !== keep && (old !== info.nuid || info.deleted === true);
    // The new object is there. Chunks that stay behind cost space, no more.
    if (isUnused) await purgeChunks(jetStream, bucket, old).catch(() => {});
    return;
  }
}

async function purgeChunks({ manager }: JetStream, bucket: string, id: string): Promise<void> {
  await manager.streams.purge(bucketStream(bucket), { filter: chunkSubject(bucket, id) });
}

async function writeChunks(
  jetStream: JetStream,
  subject: string,
  data: Chunks,
): Promise<Pick<ObjectInfo, 'size' | 'chunks' | 'digest' | 'options'>> {
  const size = Math.min(chunkBytes, jetStream.maxPayload);
  const most = Math.max(1, Math.floor(windowBytes / size));
  const hash = createHash('sha256');
  const confirmations: Promise<unknown>[] = [];
  let [bytes, chunks] = [0, 0];
  try {
    for await (const chunk of sizedChunks(data, size)) {
      if (confirmations.length === most) await confirmations.shift();
      hash.update(chunk);
      confirmations.push(jetStream.publish(subject, chunk));
      bytes += chunk.length;
      chunks += 1;
    }
    await Promise.all(confirmations);
  } finally {
    // The first failure is the one to tell.
    await Promise.allSettled(confirmations);
  }
  return {
    size: bytes,
    chunks,
    digest: `SHA-256=${base64Url(hash.digest())}`,
    options: { max_chunk_size: size },
  };
}
