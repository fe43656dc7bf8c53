import type { Cursor } from './cursor.js';
import {
  type InstructionVisitor,
  skipType,
  UnknownInstructionError,
  visitInstructions,
} from './instructions.js';
import { limitFlags, readLimits } from './limits.js';
import { sectionIds, sectionsOf } from './sections.js';

/** What a core module has and does, as far as it concerns resetting an instance. */
export interface ModuleFacts {
  readonly sections: readonly Section[];
  readonly typeCount: number;
  /** Imported ones included. */
  readonly functionCount: number;
  readonly importedGlobals: number;
  readonly importedMemories: readonly ImportName[];
  readonly importedTables: number;
  /** Those the module defines itself, without the imported ones. */
  readonly globals: readonly GlobalFacts[];
  readonly memories: readonly MemoryFacts[];
  readonly tables: readonly TableFacts[];
  readonly exportNames: ReadonlySet<string>;
  /** The module names in imports. */
  readonly importModules: ReadonlySet<string>;
  readonly writesTables: boolean;
  /** Memories, imported ones included, whose size the code asks for or changes. */
  readonly sizedMemories: ReadonlySet<number>;
  /** Functions with such code, by their place in the code section. */
  readonly sizedFunctions: ReadonlySet<number>;
  /** Why an instance can't be brought back to its first state; `undefined` when it can. */
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

export interface GlobalFacts {
  readonly mutable: boolean;
}

export interface MemoryFacts {
  /** In pages of 64 KiB. */
  readonly minimum: number;
}

export interface TableFacts {
  /** Whether JavaScript can read and write its elements, by numbers. */
  readonly accessible: boolean;
}

/** @throws MalformedModuleError for bytes that can't be read */
export function inspectModule(bytes: Uint8Array): ModuleFacts {
  return new Inspector(bytes).facts();
}

/** i32, i64, f32, f64, funcref, externref: what JavaScript can read from a global and write into it. */
const accessibleTypes: ReadonlySet<number> = new Set([0x7f, 0x7e, 0x7d, 0x7c, 0x70, 0x6f]);

class Inspector implements InstructionVisitor {
  readonly #bytes: Uint8Array;
  readonly #sections: Section[] = [];
  readonly #globals: GlobalFacts[] = [];
  readonly #memories: MemoryFacts[] = [];
  readonly #tables: TableFacts[] = [];
  readonly #exportNames = new Set<string>();
  readonly #sizedMemories = new Set<number>();
  readonly #sizedFunctions = new Set<number>();
  readonly #importModules = new Set<string>();
  readonly #importedMemories: ImportName[] = [];
  #currentFunction = 0;
  #typeCount = 0;
  #functionCount = 0;
  #importedGlobals = 0;
  #importedTables = 0;
  #writesTables = false;
  #constantsUseGlobals = false;
  #obstacle: string | undefined;

  /** Only in constants it matters which globals are used: code can be rewritten. */
  readonly #constantVisitor: InstructionVisitor = {
    writesTable() {},
    dropsSegment() {},
    memorySize() {},
    global: (_opcode, index) => {
      if (index >= this.#importedGlobals) this.#constantsUseGlobals = true;
    },
  };

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  facts(): ModuleFacts {
    for (const { id, content } of sectionsOf(this.#bytes)) {
      this.#assertFirst(id, content);
      this.#sections.push({ id, start: content.pos, end: content.end });
      try {
        this.#section(id, content);
      } catch (error) {
        if (!(error instanceof UnknownInstructionError)) throw error;
        this.#refuse(error.message);
      }
    }
    this.#assertMovable();
    return {
      sections: this.#sections,
      typeCount: this.#typeCount,
      functionCount: this.#functionCount,
      importedGlobals: this.#importedGlobals,
      importedMemories: this.#importedMemories,
      importedTables: this.#importedTables,
      globals: this.#globals,
      memories: this.#memories,
      tables: this.#tables,
      exportNames: this.#exportNames,
      importModules: this.#importModules,
      writesTables: this.#writesTables,
      sizedMemories: this.#sizedMemories,
      sizedFunctions: this.#sizedFunctions,
      obstacle: this.#obstacle,
    };
  }

  /** What is found in two sections of a kind would have indices that the rewritten module does not have. */
  #assertFirst(id: number, section: Cursor): void {
    if (id !== sectionIds.custom && this.#sections.some((earlier) => earlier.id === id)) {
      throw section.error(`expected section ${id} once`);
    }
  }

  writesTable(): void {
    this.#writesTables = true;
  }

  dropsSegment(): void {
    this.#refuse('it drops data or element segments');
  }

  memorySize(_instruction: 'size' | 'grow', memory: number): void {
    this.#sizedMemories.add(memory);
    this.#sizedFunctions.add(this.#currentFunction);
  }

  /**
   * A module that asks for the size of an imported memory gets one more imported global, which moves its own. Constants
   * are not rewritten; adapters, which are the modules that do this, have none that refer to globals.
   */
  #assertMovable(): void {
    const imported = this.#importedMemories.length;
    if (![...this.#sizedMemories].some((memory) => memory < imported)) return;
    const hasSegments = this.#sections.some(({ id }) => id === sectionIds.element || id === sectionIds.data);
    if (hasSegments || this.#constantsUseGlobals) {
      this.#refuse('it asks for the size of an imported memory and has segments or constants of its own');
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
        section.each(() => this.#memories.push(this.#memoryType(section)));
        return;
      case sectionIds.global:
        section.each(() => this.#global(section));
        return;
      case sectionIds.export:
        section.each(() => this.#export(section));
        return;
      case sectionIds.code:
        this.#code(section);
        return;
      case sectionIds.custom:
      case sectionIds.start:
      case sectionIds.element:
      case sectionIds.data:
      case sectionIds.dataCount:
      case sectionIds.tag:
        return;
      default:
        this.#refuse(`it has the unknown section ${id}`);
    }
  }

  #import(section: Cursor): void {
    const name: ImportName = { module: section.name(), name: section.name() };
    this.#importModules.add(name.module);
    switch (section.byte()) {
      case 0x00:
        section.skipLeb(5);
        this.#functionCount++;
        return;
      case 0x01:
        skipType(section);
        readLimits(section);
        this.#importedTables++;
        return;
      case 0x02:
        this.#memoryType(section);
        this.#importedMemories.push(name);
        return;
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
    if (hasInitializer) this.#constant(section);
    this.#tables.push({ accessible: (type === 0x70 || type === 0x6f) && !isWide });
  }

  #memoryType(section: Cursor): MemoryFacts {
    const { flags, minimum } = readLimits(section);
    if ((flags & limitFlags.shared) !== 0) this.#refuse('it has a memory that is shared between threads');
    if ((flags & limitFlags.wide) !== 0) this.#refuse('it has a memory of 64 bits');
    if (flags > 0x07) this.#refuse('it has a memory with pages of another size');
    return { minimum };
  }

  #global(section: Cursor): void {
    const type = section.bytes[section.pos] ?? 0;
    skipType(section);
    const mutable = section.byte() === 0x01;
    if (mutable && !accessibleTypes.has(type)) {
      this.#refuse('it has mutable globals of a type that JavaScript has no access to');
    }
    this.#constant(section);
    this.#globals.push({ mutable });
  }

  #constant(section: Cursor): void {
    visitInstructions(section, this.#constantVisitor, true);
  }

  #export(section: Cursor): void {
    this.#exportNames.add(section.name());
    section.skip(1);
    section.skipLeb(5);
  }

  #code(section: Cursor): void {
    section.each((index) => {
      this.#currentFunction = index;
      const body = section.slice(section.u32());
      skipLocals(body);
      visitInstructions(body, this);
    });
  }
}

/** The declarations in front of a function's instructions. */
export function skipLocals(body: Cursor): void {
  body.each(() => {
    body.skipLeb(5);
    skipType(body);
  });
}
