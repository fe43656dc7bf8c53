import type { CoreMemory } from '../../web-assembly.js';
import type {
  MemoryImage,
  MemoryImages,
  ResettableMemory,
  SharedCopiedImage,
  SharedImage,
} from './memory-images.js';
import { MemoryView } from './memory-view.js';

/** Zeroes in between are copied along when they are fewer: a copy more costs less than a piece more. */
const mergeGap = 16 * 1024;

const blockSize = 4 * 1024;
const zeroes = new Uint8Array(blockSize);

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Images that are copied, byte by byte: works everywhere, and is the faster way for small memories. */
export class CopiedImages implements MemoryImages {
  readonly way = 'copy';

  capture(memory: CoreMemory): MemoryImage {
    return CopiedImage.of(new Uint8Array(memory.buffer));
  }

  open(shared: SharedImage): MemoryImage | undefined {
    return shared.kind === 'copied' ? CopiedImage.open(shared) : undefined;
  }
}

/** The parts of the memory that are all zero take no space. */
export class CopiedImage implements MemoryImage {
  readonly size: number;
  readonly furtherAreas = 0;
  readonly #pieces: readonly Piece[];
  #shared: SharedCopiedImage | undefined;

  private constructor(size: number, pieces: readonly Piece[]) {
    this.size = size;
    this.#pieces = pieces;
  }

  static of(memory: Uint8Array): CopiedImage {
    const pieces = findPieces(memory).map(([start, end]) => ({ start, bytes: memory.slice(start, end) }));
    return new CopiedImage(memory.length, pieces);
  }

  /** Copies what was shared: writing it from memory that threads share takes twice the time (measured), each time. */
  static open({ size, pieces }: SharedCopiedImage): CopiedImage {
    return new CopiedImage(
      size,
      pieces.map(({ start, bytes }) => ({ start, bytes: new Uint8Array(bytes) })),
    );
  }

  attach(memory: CoreMemory): ResettableMemory {
    const bytes = new Uint8Array(memory.buffer);
    for (const piece of this.#pieces) bytes.set(piece.bytes, piece.start);
    return this.adopt(memory);
  }

  adopt(memory: CoreMemory): ResettableMemory {
    return new CopiedMemory(this, memory);
  }

  share(): SharedImage {
    this.#shared ??= { kind: 'copied', size: this.size, pieces: sharePieces(this.#pieces) };
    return this.#shared;
  }

  release(): void {}

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

class CopiedMemory implements ResettableMemory {
  readonly #image: CopiedImage;
  readonly #view: MemoryView;

  constructor(image: CopiedImage, memory: CoreMemory) {
    this.#image = image;
    this.#view = new MemoryView(memory);
  }

  get bytes(): Uint8Array {
    return this.#view.bytes;
  }

  restore(): void {
    this.#image.restore(this.#view.bytes);
  }

  privateBytes(): number {
    return this.#view.bytes.length;
  }
}

/** Start and end of each part that is not zero. */
export function findPieces(memory: Uint8Array): [start: number, end: number][] {
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

function sharePieces(pieces: readonly Piece[]): SharedCopiedImage['pieces'] {
  const total = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const buffer = new SharedArrayBuffer(total);
  let offset = 0;
  return pieces.map(({ start, bytes }) => {
    const shared = new Uint8Array(buffer, offset, bytes.length);
    shared.set(bytes);
    offset += bytes.length;
    return { start, bytes: shared };
  });
}
