import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ClaimsError } from './claims-error.js';
import { isTokenSection } from './token-section.js';
import { type Range, type SectionVisit, sectionHeader, walkSections } from './wasm-sections.js';

/** Sections with odd lengths or tokens, of which no tool makes more than a few. */
const mostPieces = 100_000;

/** The event loop gets a turn between pieces of this length, in bytes. */
const sliceLength = 4 * 1024 * 1024;

/** A part of the file that stays as it is, or bytes that take the place of others. */
type Piece = { start: number; end: number } | { bytes: Uint8Array };

/**
 * What is left of a binary without its tokens, with lengths in their shortest form: that is what a token's hash is
 * about (docs/spec/security.md#4.2).
 */
class StrippedBinary {
  readonly pieces: Piece[] = [];
  readonly #bytes: Uint8Array;
  /** Those levels that were entered: where their header goes, and how long they are so far. */
  readonly #levels: { readonly index: number; readonly id: number; length: number }[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    for (const visit of walkSections(bytes)) this.#take(visit);
  }

  #take(visit: SectionVisit): void {
    switch (visit.kind) {
      case 'header':
        this.#keep(visit.header);
        return;
      case 'enter':
        this.#levels.push({ index: this.pieces.length, id: visit.id, length: 0 });
        this.#add({ bytes: new Uint8Array() });
        return;
      case 'leave': {
        const level = this.#levels.pop();
        if (level === undefined) return;
        const header = sectionHeader(level.id, level.length);
        this.pieces[level.index] = { bytes: header };
        this.#count(header.length + level.length);
        return;
      }
      case 'section': {
        if (isTokenSection(this.#bytes, visit)) return;
        const header = sectionHeader(visit.id, visit.content.end - visit.content.start);
        if (header.length === visit.content.start - visit.whole.start) {
          this.#keep(visit.whole);
          return;
        }
        this.#add({ bytes: header });
        this.#count(header.length);
        this.#keep(visit.content);
        return;
      }
    }
  }

  #keep({ start, end }: Range): void {
    this.#count(end - start);
    const last = this.pieces.at(-1);
    if (last !== undefined && 'end' in last && last.end === start) last.end = end;
    else this.#add({ start, end });
  }

  #add(piece: Piece): void {
    if (this.pieces.length >= mostPieces) {
      throw new ClaimsError(
        'hash',
        `it can't be hashed: it has more than ${mostPieces} sections with lengths in an odd form`,
      );
    }
    this.pieces.push(piece);
  }

  #count(length: number): void {
    const level = this.#levels.at(-1);
    if (level !== undefined) level.length += length;
  }
}

/** The binary without its tokens. */
export function stripTokens(bytes: Uint8Array): Uint8Array {
  const { pieces } = new StrippedBinary(bytes);
  return new Uint8Array(Buffer.concat(pieces.map((piece) => bytesOf(bytes, piece))));
}

/**
 * SHA-256 of the binary without its tokens, in hexadecimal upper case. A large one gives others a turn meanwhile.
 *
 * @throws ClaimsError (`binary`) when the bytes are no sections
 */
export async function componentHash(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (const piece of new StrippedBinary(bytes).pieces) {
    const part = bytesOf(bytes, piece);
    for (let start = 0; start < part.length; start += sliceLength) {
      hash.update(part.subarray(start, start + sliceLength));
      if (start + sliceLength < part.length) await nextTurn();
    }
  }
  return hash.digest('hex').toUpperCase();
}

function bytesOf(bytes: Uint8Array, piece: Piece): Uint8Array {
  return 'bytes' in piece ? piece.bytes : bytes.subarray(piece.start, piece.end);
}
