import type { OutgoingValue } from 'wasi:blobstore/types@0.2.0-draft';
import type { InputStream, OutputStream } from 'wasi:io/streams@0.2.10';

const chunkSize = 64 * 1024;

/** Each byte of the filler follows from its position, so that a lost or repeated chunk shows. */
function fillerAt(position: number): number {
  return (position >>> 16) % 251;
}

export function writeText(value: OutgoingValue, text: string): void {
  const stream = value.outgoingValueWriteBody();
  writeAll(stream, new TextEncoder().encode(text));
  stream[Symbol.dispose]();
}

/** At the pace of the store. */
export function writeFiller(value: OutgoingValue, total: number): void {
  const stream = value.outgoingValueWriteBody();
  for (let position = 0; position < total; position += chunkSize) {
    writeAll(stream, new Uint8Array(Math.min(chunkSize, total - position)).fill(fillerAt(position)));
  }
  stream[Symbol.dispose]();
}

/** Number of bytes, and whether all are those of the filler. */
export function checksum(stream: InputStream): [bytes: number, intact: boolean] {
  let position = 0;
  let intact = true;
  for (let chunk = readChunk(stream); chunk !== undefined; chunk = readChunk(stream)) {
    // The first and the last byte of a chunk tell whether it is in its place.
    intact &&= chunk[0] === fillerAt(position);
    position += chunk.length;
    intact &&= chunk[chunk.length - 1] === fillerAt(position - 1);
  }
  return [position, intact];
}

export function readAll(stream: InputStream): Uint8Array {
  const bytes: number[] = [];
  for (let chunk = readChunk(stream); chunk !== undefined; chunk = readChunk(stream)) bytes.push(...chunk);
  return new Uint8Array(bytes);
}

/** The WIT error behind an exception thrown by an imported function. */
export function payloadOf(error: unknown): unknown {
  return (error as { payload?: unknown }).payload;
}

function readChunk(stream: InputStream): Uint8Array | undefined {
  try {
    return stream.blockingRead(BigInt(chunkSize));
  } catch (error) {
    if ((payloadOf(error) as { tag?: string } | undefined)?.tag === 'closed') return undefined;
    throw error;
  }
}

function writeAll(stream: OutputStream, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) {
    const permitted = Number(stream.checkWrite());
    if (permitted === 0) {
      const pollable = stream.subscribe();
      pollable.block();
      pollable[Symbol.dispose]();
    } else {
      stream.write(rest.subarray(0, permitted));
      rest = rest.subarray(permitted);
    }
  }
}
