import type { InputStream, OutputStream } from 'wasi:io/streams@0.2.10';

const chunkSize = 64 * 1024;

/** Writes everything, at the pace of the reader: at most what `check-write` permits, then a wait. */
export function writeAll(out: OutputStream, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) {
    const permitted = Number(out.checkWrite());
    if (permitted === 0) {
      waitFor(out);
    } else {
      out.write(rest.subarray(0, permitted));
      rest = rest.subarray(permitted);
    }
  }
}

/** Passes each chunk on as it arrives; holds one chunk at a time. */
export function copyAll(from: InputStream, to: OutputStream): void {
  for (;;) {
    const chunk = readChunk(from);
    if (chunk === undefined) return;
    writeAll(to, chunk);
    to.flush();
  }
}

/** Writes `total` bytes of the letter x. */
export function writeFiller(out: OutputStream, total: number): void {
  const chunk = new Uint8Array(chunkSize).fill('x'.charCodeAt(0));
  for (let left = total; left > 0; left -= chunk.length) {
    writeAll(out, left < chunk.length ? chunk.subarray(0, left) : chunk);
  }
}

function readChunk(from: InputStream): Uint8Array | undefined {
  try {
    return from.blockingRead(BigInt(chunkSize));
  } catch (error) {
    if (payloadOf(error)?.tag === 'closed') return undefined;
    throw error;
  }
}

function waitFor(out: OutputStream): void {
  const pollable = out.subscribe();
  pollable.block();
  pollable[Symbol.dispose]();
}

/** The WIT error behind an exception thrown by an imported function. */
export function payloadOf(error: unknown): { tag: string; val?: unknown } | undefined {
  return (error as { payload?: { tag: string; val?: unknown } }).payload;
}
