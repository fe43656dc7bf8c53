import type { ActiveData, RewrittenModule } from '../../formats/core-module/index.js';

/** Zeroes between two pieces are written along when they are fewer: a piece more costs more. */
const mergeGap = 64;

type DataLayout = Pick<RewrittenModule, 'data' | 'importedMemories'>;

/** A run of data that is written as one. */
interface Piece {
  readonly first: ActiveData;
  readonly rest: ActiveData[];
  length: number;
}

/**
 * The data of a module in memory that threads share. Where that makes no difference, what follows closely becomes one piece: a
 * JavaScript guest has 10,000 of them, most of them some bytes apart.
 */
export function shareData(layout: DataLayout): ActiveData[] {
  const pieces = isPlain(layout) ? mergePieces(layout.data) : layout.data.map(toPiece);
  const shared = new SharedArrayBuffer(pieces.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  return pieces.map(({ first, rest, length }) => {
    const bytes = new Uint8Array(shared, start, length);
    bytes.set(first.bytes);
    for (const part of rest) bytes.set(part.bytes, Number(part.offset) - Number(first.offset));
    start += length;
    return { memory: first.memory, offset: first.offset, bytes };
  });
}

/** Each segment lies behind the one before it, in one memory that holds nothing else yet. */
function isPlain({ data, importedMemories }: DataLayout): boolean {
  let end = 0;
  return data.every(({ memory, offset, bytes }) => {
    if (memory !== importedMemories.length || typeof offset !== 'number' || offset < end) return false;
    end = offset + bytes.length;
    return true;
  });
}

function mergePieces(data: readonly ActiveData[]): Piece[] {
  const pieces: Piece[] = [];
  for (const part of data) {
    const last = pieces.at(-1);
    const end = last === undefined ? undefined : Number(last.first.offset) + last.length;
    if (last === undefined || end === undefined || Number(part.offset) - end > mergeGap) {
      pieces.push(toPiece(part));
    } else {
      last.rest.push(part);
      last.length = Number(part.offset) + part.bytes.length - Number(last.first.offset);
    }
  }
  return pieces;
}

function toPiece(first: ActiveData): Piece {
  return { first, rest: [], length: first.bytes.length };
}
