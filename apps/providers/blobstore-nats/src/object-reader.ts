import { createHash } from 'node:crypto';
import { BlobstoreFailure, bytesInRange, type Chunks } from '@wasmlattice/blobstore';
import { DeliverPolicy } from 'nats';
import type { JetStream } from './jet-stream.js';
import { isNotFound } from './nats-failure.js';
import type { ObjectInfo } from './object-info.js';
import { base64Url, bucketStream, chunkSubject } from './object-subjects.js';
import { MessagesGoneError } from './pull-messages.js';

/** Of chunks on their way or not yet read, in bytes. */
const windowBytes = 4 * 1024 * 1024;
/** As other clients write them at most, without a word about it. */
const usualChunkBytes = 128 * 1024;

/**
 * The bytes from `start` to before `end` of an object. All bytes of one are checked against its digest.
 *
 * @throws BlobstoreFailure when the object is replaced or deleted meanwhile, or is not what was written
 */
export async function* readObject(
  jetStream: JetStream,
  info: ObjectInfo,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  const stop = Math.min(end, info.size);
  if (start >= stop) return;
  try {
    if (start === 0 && stop === info.size) {
      yield* checked(chunksOf(jetStream, info, info.chunks, {}), info);
      return;
    }
    const { seq, skipped } = await seek(jetStream, info, start);
    const chunks = chunksOf(jetStream, info, info.chunks - skipped.chunks, {
      ...(seq !== undefined && { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: seq }),
    });
    yield* bytesInRange(chunks, { offset: skipped.bytes, start, end: stop });
  } catch (error) {
    if (!(error instanceof MessagesGoneError || isNotFound(error, 'message') || isNotFound(error, 'stream')))
      throw error;
    throw new BlobstoreFailure('the object was replaced or deleted while it was read', { cause: error });
  }
}

async function* chunksOf(
  jetStream: JetStream,
  { bucket, nuid, options }: ObjectInfo,
  atLeast: number,
  from: { readonly deliver_policy?: DeliverPolicy; readonly opt_start_seq?: number },
): Chunks {
  const chunkBytes = options?.max_chunk_size || usualChunkBytes;
  const window = Math.min(512, Math.max(2, Math.ceil(windowBytes / chunkBytes)));
  const messages = jetStream.messages(
    bucketStream(bucket),
    { filter_subject: chunkSubject(bucket, nuid), ...from },
    { window, atLeast },
  );
  for await (const { data } of messages) yield data;
}

/** Fails at the end of other bytes than those that were written. */
async function* checked(chunks: Chunks, { size, digest }: ObjectInfo): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    length += chunk.length;
    yield chunk;
  }
  const seen = `SHA-256=${base64Url(hash.digest())}`;
  if (length !== size || (digest !== undefined && digest !== seen)) {
    throw new BlobstoreFailure('the object is damaged: its bytes are not those that were written');
  }
}

interface Position {
  /** Of the message to begin with; without it, the first. */
  readonly seq: number | undefined;
  readonly skipped: { readonly chunks: number; readonly bytes: number };
}

/**
 * The message that has the byte `start`, where that can be told: when no other messages are between those of the object, and all but the
 * last are as long as each other. A write while others write to the bucket, or by another client, need not be like that.
 */
async function seek(jetStream: JetStream, info: ObjectInfo, start: number): Promise<Position> {
  const beginning: Position = { seq: undefined, skipped: { chunks: 0, bytes: 0 } };
  const size = info.options?.max_chunk_size ?? 0;
  if (size === 0 || start < 4 * size) return beginning;
  const { streams } = jetStream.manager;
  const [stream, subject] = [bucketStream(info.bucket), chunkSubject(info.bucket, info.nuid)];
  const [first, last] = await Promise.all([
    jetStream.firstMessage(stream, subject),
    streams.getMessage(stream, { last_by_subj: subject }),
  ]);
  const areAlone = last.seq - first.seq === info.chunks - 1;
  const areEven = (info.chunks - 1) * size + last.data.length === info.size;
  if (!areAlone || !areEven) return beginning;
  const chunks = Math.floor(start / size);
  return { seq: first.seq + chunks, skipped: { chunks, bytes: chunks * size } };
}
