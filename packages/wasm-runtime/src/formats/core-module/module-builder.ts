import { Cursor } from './cursor.js';
import { byteLength, type Chunk, concat, leb } from './encode.js';
import type { Section } from './inspect-module.js';
import { preambleLength, sectionIds } from './sections.js';

/** The order the format demands; custom sections may stand anywhere. */
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
];

/** Puts a changed module together out of the sections of another. */
export class ModuleBuilder {
  readonly #bytes: Uint8Array;
  readonly #contents = new Map<number, readonly Chunk[]>();
  readonly #custom: readonly Uint8Array[];

  /**
   * @param keepCustom which custom sections stay, by name: those that refer to positions in the code would be wrong
   */
  constructor(bytes: Uint8Array, sections: readonly Section[], keepCustom: (name: string) => boolean) {
    this.#bytes = bytes;
    const custom: Uint8Array[] = [];
    for (const { id, start, end } of sections) {
      if (id !== sectionIds.custom) this.#contents.set(id, [bytes.subarray(start, end)]);
      else if (keepCustom(new Cursor(bytes, start, end).name())) custom.push(bytes.subarray(start, end));
    }
    this.#custom = custom;
  }

  /** Adds items at the end of a section that is a list. */
  append(id: number, items: readonly (readonly number[])[]): void {
    if (items.length === 0) return;
    const section = concat(this.#contents.get(id) ?? [leb(0)]);
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

  build(): Uint8Array<ArrayBuffer> {
    const chunks: Chunk[] = [this.#bytes.subarray(0, preambleLength)];
    const add = (id: number, contents: readonly Chunk[]): void => {
      chunks.push([id, ...leb(byteLength(contents))], ...contents);
    };
    for (const id of order) {
      const contents = this.#contents.get(id);
      if (contents !== undefined) add(id, contents);
    }
    for (const contents of this.#custom) add(sectionIds.custom, [contents]);
    return concat(chunks);
  }
}
