import { type FileHandle, open } from 'node:fs/promises';
import { BlobstoreFailure, type Chunks } from '@wasmlattice/blobstore';

/** Read, and written, in one step: each takes a turn of a thread for file operations, however few its bytes. */
const stepBytes = 512 * 1024;

/**
 * The bytes from `start` to before `end`, the next of them read while some are used. The file is opened when the first chunk is asked for: a
 * reader that never asks leaves nothing open.
 */
export async function* readChunks(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (start >= end) return;
  await using file = await open(path);
  const readFrom = (position: number): Promise<Uint8Array> => {
    const chunk = readSome(file, position, Math.min(stepBytes, end - position));
    // A reader that leaves does not see how it ended.
    chunk.catch(() => {});
    return chunk;
  };
  let next = readFrom(start);
  for (let position = start; position < end; ) {
    const chunk = await next;
    if (chunk.length === 0) throw new BlobstoreFailure('the object became shorter while it was read');
    position += chunk.length;
    if (position < end) next = readFrom(position);
    yield chunk;
  }
}

/** Makes a file of the bytes, on the disk when it resolves. */
export async function writeChunks(path: string, data: Chunks): Promise<void> {
  await using file = await open(path, 'wx');
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const chunk of data) {
    waiting.push(chunk);
    waitingBytes += chunk.length;
    if (waitingBytes < stepBytes) continue;
    await writeAll(file, waiting);
    waiting = [];
    waitingBytes = 0;
  }
  await writeAll(file, waiting);
  await file.datasync();
}

async function readSome(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  // Nobody sees more of it than was read.
  const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function writeAll(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  if (chunks.length === 0) return;
  let { bytesWritten: written } = await file.writev(chunks);
  for (const chunk of chunks) {
    if (written >= chunk.length) {
      written -= chunk.length;
      continue;
    }
    // The disk took a part of them.
    for (let done = written; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten;
    written = 0;
  }
}
