import type { Writable } from 'node:stream';

/** What the other end of a channel sent is not what it may send. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const lengthBytes = 4;

/** Sends bytes as one piece: their number, then they themselves. */
export function sendFrame(channel: Writable, bytes: Uint8Array): void {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(bytes.length);
  channel.write(length);
  channel.write(bytes);
}

/**
 * Puts together what {@link sendFrame} sent. Unlike the channel of `fork`, whose parse errors end the process that reads, it
 * leaves it to its user what becomes of a bad sender.
 */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #take: (bytes: Buffer) => void;
  #chunks: Buffer[] = [];
  #buffered = 0;

  /** @param maxBytes of one piece */
  constructor(maxBytes: number, take: (bytes: Buffer) => void) {
    this.#maxBytes = maxBytes;
    this.#take = take;
  }

  /** @throws FrameError, and whatever `take` throws */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    for (;;) {
      if (this.#buffered < lengthBytes) return;
      const length = this.#joined(lengthBytes).readUInt32BE();
      if (length > this.#maxBytes) {
        throw new FrameError(`a message of ${length} bytes was announced, of at most ${this.#maxBytes}`);
      }
      if (this.#buffered < lengthBytes + length) return;
      const all = this.#joined(lengthBytes + length);
      this.#chunks = [all.subarray(lengthBytes + length)];
      this.#buffered -= lengthBytes + length;
      this.#take(all.subarray(lengthBytes, lengthBytes + length));
    }
  }

  /** At least so many bytes in one piece. */
  #joined(bytes: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= bytes) return first;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}
