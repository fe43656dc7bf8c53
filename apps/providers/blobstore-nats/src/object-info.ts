import type { JetStreamManager } from 'nats';
import { isNotFound } from './nats-failure.js';
import { bucketStream, infoSubject } from './object-subjects.js';

/** What NATS's object store keeps of an object, as JSON; members that are not listed stay as they are. */
export interface ObjectInfo {
  readonly name: string;
  readonly bucket: string;
  /** Of the write: names the subject of its chunks. */
  readonly nuid: string;
  readonly size: number;
  readonly chunks: number;
  /** `SHA-256=` and the base64url of the digest of all bytes. */
  readonly digest?: string;
  /** ISO 8601 */
  readonly mtime?: string;
  readonly deleted?: boolean;
  readonly options?: {
    readonly max_chunk_size?: number;
    /** The object stands for another one; without a name, for a bucket. */
    readonly link?: { readonly bucket: string; readonly name?: string };
  };
}

/** What is known of an object, with the sequence of the message that says so; `revision` 0 if there never was one. */
export interface StoredInfo {
  readonly info: ObjectInfo | undefined;
  readonly revision: number;
}

/** The last that was said of an object; deleted ones have an `info` of their own. Rejects with a 404 when there is no such bucket. */
export async function readInfo(jsm: JetStreamManager, bucket: string, object: string): Promise<StoredInfo> {
  try {
    const message = await jsm.streams.getMessage(bucketStream(bucket), {
      last_by_subj: infoSubject(bucket, object),
    });
    return { info: decodeInfo(message.data), revision: message.seq };
  } catch (error) {
    if (isNotFound(error, 'message')) return { info: undefined, revision: 0 };
    throw error;
  }
}

export function decodeInfo(data: Uint8Array): ObjectInfo {
  return JSON.parse(new TextDecoder().decode(data)) as ObjectInfo;
}

export function encodeInfo(info: ObjectInfo): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(info));
}
