/** Chunks of a stream share pieces of memory of this many bytes: a quarter of the allocations of 16 KiB each, none of them zeroed first. */
const pieceBytes = 64 * 1024;

/** Smaller chunks have memory of their own, so that whoever keeps one keeps at most a few times its size. */
const leastShared = 8 * 1024;

/** Memory for the chunks of one stream: nobody who holds a chunk holds bytes of another stream's. */
export class ChunkMemory {
  #piece: Uint8Array | undefined;
  #used = pieceBytes;
  #isFirst = true;

  /** A copy that nobody changes. */
  copy(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    // A body of one chunk needs no more than that.
    if (this.#isFirst || length < leastShared || length > pieceBytes / 2) {
      this.#isFirst = false;
      return bytes.slice();
    }
    if (this.#piece === undefined || this.#used + length > pieceBytes) {
      this.#piece = new Uint8Array(Buffer.allocUnsafeSlow(pieceBytes).buffer);
      this.#used = 0;
    }
    const copy = this.#piece.subarray(this.#used, this.#used + length);
    copy.set(bytes);
    this.#used += length;
    return copy;
  }
}
