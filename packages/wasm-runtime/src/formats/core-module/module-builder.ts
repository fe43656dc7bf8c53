import { Cursor } from './cursor.js';
import { byteLength, type Chunk, concat, encodeName, leb } from './encode.js';
import type { Section } from './inspect-module.js';
import { nameSectionName } from './name-section.js';
import { preambleLength, sectionIds } from './sections.js';

/** The order the format demands; a custom section may stand anywhere. */
const order: readonly number[] = [
  sectionIds.type,
  sectionIds.import,
  sectionIds.function,
  sectionIds.table,
  sectionIds.memory,
  sectionIds.tag,
  sectionIds.global,
  sectionIds.export,
  sectionIds.start,
  sectionIds.element,
  sectionIds.dataCount,
  sectionIds.code,
  sectionIds.data,
  sectionIds.custom,
];

/**
 * Puts a changed module together out of the sections of another. Of custom sections only the one stays that names functions: others may
 * refer to positions in the code.
 */
export class ModuleBuilder {
  readonly #bytes: Uint8Array;
  readonly #contents = new Map<number, readonly Chunk[]>();
  #branchHints: readonly Chunk[] | undefined;

  constructor(bytes: Uint8Array, sections: readonly Section[]) {
    this.#bytes = bytes;
    for (const { id, start, end } of sections) {
      if (id === sectionIds.custom) {
        // V8 reads the first that has names.
        const isNames = new Cursor(bytes, start, end).name() === nameSectionName;
        if (!isNames || this.#contents.has(id)) continue;
      }
      this.#contents.set(id, [bytes.subarray(start, end)]);
    }
  }

  /** What a section has now; `undefined` when there is none. */
  contents(id: number): Uint8Array | undefined {
    const chunks = this.#contents.get(id);
    return chunks && concat(chunks);
  }

  /** Adds items at the end of a section that is a list. */
  append(id: number, items: readonly (readonly number[])[]): void {
    if (items.length === 0) return;
    const section = this.contents(id) ?? concat([leb(0)]);
    const cursor = new Cursor(section);
    const count = cursor.u32();
    this.#contents.set(id, [leb(count + items.length), section.subarray(cursor.pos), ...items]);
  }

  replace(id: number, chunks: readonly Chunk[]): void {
    this.#contents.set(id, chunks);
  }

  remove(id: number): void {
    this.#contents.delete(id);
  }

  /** @param hints contents of a section that stands before the code */
  hintBranches(hints: readonly Chunk[]): void {
    this.#branchHints = [encodeName('metadata.code.branch_hint'), ...hints];
  }

  build(): Uint8Array<ArrayBuffer> {
    const chunks: Chunk[] = [this.#bytes.subarray(0, preambleLength)];
    const add = (id: number, contents: readonly Chunk[]): void => {
      chunks.push([id, ...leb(byteLength(contents))], ...contents);
    };
    for (const id of order) {
      const contents = this.#contents.get(id);
      if (id === sectionIds.code && this.#branchHints !== undefined)
        add(sectionIds.custom, this.#branchHints);
      if (contents !== undefined) add(id, contents);
    }
    return concat(chunks);
  }
}
