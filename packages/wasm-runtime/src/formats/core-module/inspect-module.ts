import { Cursor } from './cursor.js';
import { opcodes, skipConstant, skipType } from './instructions.js';
import { type Limits, limitFlags, readLimits } from './limits.js';
import { sectionIds, sectionsOf } from './sections.js';

/** What a core module has, beside its code. */
export interface ModuleFacts {
  readonly sections: readonly Section[];
  readonly typeCount: number;
  readonly importedFunctions: number;
  /** Imported ones included. */
  readonly functionCount: number;
  readonly importedGlobals: number;
  readonly importedMemories: readonly ImportedMemory[];
  readonly importedTables: number;
  /** Those the module defines itself, without the imported ones. */
  readonly globals: readonly GlobalFacts[];
  readonly memories: readonly Limits[];
  readonly tables: readonly TableFacts[];
  readonly exportNames: ReadonlySet<string>;
  /** The module names in imports. */
  readonly importModules: ReadonlySet<string>;
  /** Index of the start function. */
  readonly start: number | undefined;
  readonly data: readonly DataSegment[];
  readonly hasElements: boolean;
  /** Why an instance can't be brought back to its first state, whatever its code does; `undefined` when it can. */
  readonly obstacle: string | undefined;
}

export interface Section {
  readonly id: number;
  /** The contents, without id and size. */
  readonly start: number;
  readonly end: number;
}

export interface ImportName {
  readonly module: string;
  readonly name: string;
}

export interface ImportedMemory extends ImportName {
  /** Its addresses have 64 bits. */
  readonly isWide: boolean;
}

export interface GlobalFacts {
  readonly mutable: boolean;
}

export interface TableFacts {
  /** Whether JavaScript can read and write its elements, by numbers. */
  readonly accessible: boolean;
}

export interface DataSegment {
  /** Where the segment goes at the start; `undefined` for passive ones. */
  readonly active: { readonly memory: number; readonly offset: ConstantExpression } | undefined;
  readonly bytes: Uint8Array;
}

/** A number where the expression is just that, otherwise its bytes with their end. */
export type ConstantExpression = number | Uint8Array;

/**
 * Reads all of a module but the instructions of its functions.
 *
 * @throws MalformedModuleError for bytes that can't be read
 */
export function inspectModule(bytes: Uint8Array): ModuleFacts {
  return new Inspector(bytes).facts();
}

/** i32, i64, f32, f64, funcref, externref: what JavaScript can read from a global and write into it. */
const accessibleTypes: ReadonlySet<number> = new Set([0x7f, 0x7e, 0x7d, 0x7c, 0x70, 0x6f]);

class Inspector {
  readonly #bytes: Uint8Array;
  readonly #sections: Section[] = [];
  readonly #globals: GlobalFacts[] = [];
  readonly #memories: Limits[] = [];
  readonly #tables: TableFacts[] = [];
  readonly #data: DataSegment[] = [];
  readonly #exportNames = new Set<string>();
  readonly #exports: { readonly kind: number; readonly index: number }[] = [];
  readonly #importModules = new Set<string>();
  readonly #importedMemories: ImportedMemory[] = [];
  #typeCount = 0;
  #importedFunctions = 0;
  #functionCount = 0;
  #importedGlobals = 0;
  #importedTables = 0;
  #start: number | undefined;
  #hasElements = false;
  #obstacle: string | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  facts(): ModuleFacts {
    for (const { id, content } of sectionsOf(this.#bytes)) {
      this.#assertFirst(id, content);
      this.#sections.push({ id, start: content.pos, end: content.end });
      this.#section(id, content);
    }
    this.#assertExports();
    return {
      sections: this.#sections,
      typeCount: this.#typeCount,
      importedFunctions: this.#importedFunctions,
      functionCount: this.#functionCount,
      importedGlobals: this.#importedGlobals,
      importedMemories: this.#importedMemories,
      importedTables: this.#importedTables,
      globals: this.#globals,
      memories: this.#memories,
      tables: this.#tables,
      exportNames: this.#exportNames,
      importModules: this.#importModules,
      start: this.#start,
      data: this.#data,
      hasElements: this.#hasElements,
      obstacle: this.#obstacle,
    };
  }

  /** What is found in two sections of a kind would have indices that the rewritten module does not have. */
  #assertFirst(id: number, section: Cursor): void {
    if (id !== sectionIds.custom && this.#sections.some((earlier) => earlier.id === id)) {
      throw section.error(`expected section ${id} once`);
    }
  }

  #refuse(obstacle: string): void {
    this.#obstacle ??= obstacle;
  }

  #section(id: number, section: Cursor): void {
    switch (id) {
      case sectionIds.type:
        // All of them are types of functions: `limitModule` refuses others, and one type so has one index.
        this.#typeCount = section.u32();
        return;
      case sectionIds.import:
        section.each(() => this.#import(section));
        return;
      case sectionIds.function:
        this.#functionCount += section.each(() => section.skipLeb(5));
        return;
      case sectionIds.table:
        section.each(() => this.#table(section));
        return;
      case sectionIds.memory:
        section.each(() => this.#memories.push(readLimits(section)));
        return;
      case sectionIds.global:
        section.each(() => this.#global(section));
        return;
      case sectionIds.export:
        section.each(() => this.#export(section));
        return;
      case sectionIds.start:
        this.#start = section.u32();
        return;
      case sectionIds.data:
        section.each(() => this.#data.push(readSegment(section)));
        return;
      case sectionIds.element:
        this.#hasElements = section.u32() > 0;
        return;
      case sectionIds.code:
      case sectionIds.custom:
      case sectionIds.dataCount:
      case sectionIds.tag:
        return;
      default:
        throw section.error(`found the unknown section ${id}`);
    }
  }

  #import(section: Cursor): void {
    const name: ImportName = { module: section.name(), name: section.name() };
    this.#importModules.add(name.module);
    switch (section.byte()) {
      case 0x00:
        section.skipLeb(5);
        this.#importedFunctions++;
        this.#functionCount++;
        return;
      case 0x01:
        skipType(section);
        readLimits(section);
        this.#importedTables++;
        return;
      case 0x02: {
        const { flags } = readLimits(section);
        this.#importedMemories.push({ ...name, isWide: (flags & limitFlags.wide) !== 0 });
        return;
      }
      case 0x03:
        skipType(section);
        section.skip(1);
        this.#importedGlobals++;
        return;
      case 0x04:
        section.skip(1);
        section.skipLeb(5);
        return;
      default:
        throw section.error('expected an import of a known kind');
    }
  }

  #table(section: Cursor): void {
    let hasInitializer = false;
    if (section.bytes[section.pos] === 0x40) {
      section.skip(2);
      hasInitializer = true;
    }
    const type = section.bytes[section.pos] ?? 0;
    skipType(section);
    const isWide = (readLimits(section).flags & limitFlags.wide) !== 0;
    if (hasInitializer) skipConstant(section);
    this.#tables.push({ accessible: (type === 0x70 || type === 0x6f) && !isWide });
  }

  #global(section: Cursor): void {
    const type = section.bytes[section.pos] ?? 0;
    skipType(section);
    const mutable = section.byte() === 0x01;
    if (mutable && !accessibleTypes.has(type)) {
      this.#refuse('it has mutable globals of a type that JavaScript has no access to');
    }
    skipConstant(section);
    this.#globals.push({ mutable });
  }

  #export(section: Cursor): void {
    this.#exportNames.add(section.name());
    this.#exports.push({ kind: section.byte(), index: section.u32() });
  }

  /** Behind those that the module has, the rewritten one has some that are none of its business. */
  #assertExports(): void {
    const counts = [
      this.#functionCount,
      this.#importedTables + this.#tables.length,
      this.#importedMemories.length + this.#memories.length,
      this.#importedGlobals + this.#globals.length,
    ];
    for (const { kind, index } of this.#exports) {
      if (index >= (counts[kind] ?? Number.POSITIVE_INFINITY)) {
        throw new Cursor(this.#bytes).error(
          `expected what is exported to be defined: kind ${kind}, index ${index}`,
        );
      }
    }
  }
}

/** https://webassembly.github.io/spec/core/binary/modules.html#data-section */
function readSegment(section: Cursor): DataSegment {
  const kind = section.u32();
  if (kind > 2) throw section.error('expected a data segment of a known kind');
  const active =
    kind === 1 ? undefined : { memory: kind === 2 ? section.u32() : 0, offset: readOffset(section) };
  const length = section.u32();
  const start = section.pos;
  section.skip(length);
  return { active, bytes: section.bytes.subarray(start, section.pos) };
}

function readOffset(section: Cursor): ConstantExpression {
  const start = section.pos;
  skipConstant(section);
  const expression = section.bytes.subarray(start, section.pos);
  return numberOf(expression) ?? expression;
}

/** `i32.const` and nothing else, as an unsigned number. */
function numberOf(expression: Uint8Array): number | undefined {
  if (expression[0] !== opcodes.i32Const || expression.length > 7) return undefined;
  let value = 0;
  let shift = 0;
  for (let pos = 1; pos < expression.length - 1; pos++) {
    const byte = expression[pos] as number;
    value |= (byte & 0x7f) << shift;
    shift += 7;
    if (byte < 0x80) {
      if (pos !== expression.length - 2) return undefined;
      if (shift < 32 && (byte & 0x40) !== 0) value |= -1 << shift;
      return value >>> 0;
    }
  }
  return undefined;
}

/** The declarations in front of a function's instructions. */
export function skipLocals(body: Cursor): void {
  body.each(() => {
    body.skipLeb(5);
    skipType(body);
  });
}
