/** A section of a core module or of a component. */
export interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

/** Sections of core modules, by the names of the specification. */
export const sectionIds = { memory: 5, global: 6, export: 7, code: 10, data: 11, dataCount: 12 } as const;

/** Magic number and version of both. */
const preambleBytes = 8;

export function readSections(bytes: Uint8Array): Section[] {
  const reader = new Reader(bytes, preambleBytes);
  const sections: Section[] = [];
  while (!reader.atEnd) {
    const id = reader.byte();
    sections.push({ id, content: reader.bytes(reader.unsigned()) });
  }
  return sections;
}

/** A section whose content is several pieces that follow each other: large ones are copied once, when all is joined. */
export interface NewSection {
  readonly id: number;
  readonly pieces: readonly Uint8Array[];
}

/** @param like a module or component whose preamble it gets */
export function writeSections(like: Uint8Array, sections: readonly NewSection[]): Uint8Array[] {
  return [
    like.subarray(0, preambleBytes),
    ...sections.flatMap(({ id, pieces }) => {
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
      return [Uint8Array.of(id, ...unsigned(length)), ...pieces];
    }),
  ];
}

/** Reads what binaries of WebAssembly are made of. */
export class Reader {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.position = position;
  }

  get atEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.position++];
    if (value === undefined) throw new RangeError('the binary ends too early');
    return value;
  }

  bytes(length: number): Uint8Array {
    const end = this.position + length;
    if (end > this.#bytes.length) throw new RangeError('the binary ends too early');
    const bytes = this.#bytes.subarray(this.position, end);
    this.position = end;
    return bytes;
  }

  /** An unsigned LEB128 number of up to 53 bits. */
  unsigned(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  /** Steps over a LEB128 number of any kind. */
  skipNumber(): void {
    while (this.byte() >= 0x80);
  }
}

/** Unsigned LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

/** Signed LEB128 of an `i32`. */
export function signed32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    if (isLast) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}
