/** Zeroes in between are copied along when they are fewer: a copy more costs less than a piece more. */
const mergeGap = 16 * 1024;

const blockSize = 4 * 1024;
const zeroes = new Uint8Array(blockSize);

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** What a memory holds at one moment; the parts that are all zero take no space. */
export class MemoryImage {
  /** Size of the memory in bytes. */
  readonly size: number;
  readonly #pieces: readonly Piece[];

  constructor(memory: Uint8Array) {
    this.size = memory.length;
    this.#pieces = findPieces(memory).map(([start, end]) => ({ start, bytes: memory.slice(start, end) }));
  }

  /** Makes `memory` what it was; what it has beyond that size becomes zero. */
  restore(memory: Uint8Array): void {
    let end = 0;
    for (const { start, bytes } of this.#pieces) {
      if (start > end) memory.fill(0, end, start);
      memory.set(bytes, start);
      end = start + bytes.length;
    }
    if (end < memory.length) memory.fill(0, end);
  }
}

/** Start and end of each part that is not zero. */
function findPieces(memory: Uint8Array): [start: number, end: number][] {
  const pieces: [number, number][] = [];
  for (let start = 0; start < memory.length; start += blockSize) {
    const end = Math.min(start + blockSize, memory.length);
    if (Buffer.compare(memory.subarray(start, end), zeroes.subarray(0, end - start)) === 0) continue;
    const last = pieces.at(-1);
    if (last !== undefined && start - last[1] < mergeGap) last[1] = end;
    else pieces.push([start, end]);
  }
  return pieces;
}
