import type { Readable } from 'node:stream';

/** A body that has more bytes than its reader takes. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/** Reads a body into memory. @throws BodyTooLargeError once it has more than `most` bytes, and reads no further */
export async function readBody(body: Readable, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    // Leaving the loop destroys the stream, and its connection with it.
    if (size > most) throw new BodyTooLargeError(`a body has more than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export async function readJson(body: Readable, most: number): Promise<unknown> {
  return JSON.parse((await readBody(body, most)).toString('utf8'));
}
