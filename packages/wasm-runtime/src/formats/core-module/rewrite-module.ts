import { AddedFunctions, type AddressType, constant, valueTypes } from './added-functions.js';
import { Cursor } from './cursor.js';
import { type Chunk, encodeName, leb } from './encode.js';
import {
  type AddressedMemory,
  callSlot,
  checkFunction,
  copyFunction,
  copyInstruction,
  copyLengthType,
  fillFunction,
  fillInstruction,
  growFunction,
  type InstructionBytes,
  initFunction,
  initInstruction,
  shortOrLong,
  sizeFunction,
} from './helper-functions.js';
import { type ImportName, inspectModule, type ModuleFacts } from './inspect-module.js';
import { opcodes } from './instructions.js';
import { type Limits, limitFlags, readLimits } from './limits.js';
import { ModuleBuilder } from './module-builder.js';
import { addFunctionNames } from './name-section.js';
import { type CodeFacts, type CodeRewrites, rewriteCode } from './rewrite-code.js';
import { sectionIds } from './sections.js';

/** A module that the host can preempt and reset. All names are exports of the new module where nothing else is said. */
export interface RewrittenModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The module imports this shared memory of one page. Its first word tells guests of a thread that they are to call the check. */
  readonly word: ImportName;
  /**
   * A table whose slots the host fills before it calls anything: first the check, then for each imported memory what
   * {@link OwnMemory.size} and {@link OwnMemory.grow} of its owner are.
   */
  readonly hooks: string;
  readonly importedMemories: readonly ImportName[];
  /** Memories that the module used to define, in its order. */
  readonly memories: readonly OwnMemory[];
  /** Mutable globals that the module defines, and those of its memories. */
  readonly globals: readonly string[];
  /** Tables that the module defines. */
  readonly tables: readonly string[];
  /** Some of those can't be read by JavaScript. */
  readonly hasHiddenTables: boolean;
  /** What the module exports itself; all else is between it and the host. */
  readonly exports: readonly string[];
  readonly writesTables: boolean;
  /** Its code does not depend on which data segments there are. */
  readonly isDataApart: boolean;
  /** Active data, in the order in which it is to be written. The new module has none. */
  readonly data: readonly ActiveData[];
  /** Whether its instantiation writes tables, its own or imported ones. */
  readonly hasElements: boolean;
  /** To be called after the data was written: what was the start function. */
  readonly start: string | undefined;
  /** Why an instance can't be brought back to its first state; `undefined` when it can. */
  readonly obstacle: string | undefined;
}

/** A memory that the host makes for the module. */
export interface OwnMemory {
  readonly import: ImportName;
  /** In pages of 64 KiB, as is `maximum`. */
  readonly minimum: number;
  readonly maximum: number | undefined;
  readonly address: AddressType;
  /** The global that holds the size in pages. */
  readonly pages: string;
  /** The global that holds by how many pages it was to grow and did not, if the last `memory.grow` was refused; else 0. */
  readonly refused: string;
  /** Function that says the size in pages. */
  readonly size: string;
  /** Function that does what `memory.grow` does. */
  readonly grow: string;
}

export interface ActiveData {
  /** Among all memories of the module, imported ones first. */
  readonly memory: number;
  /** A number, or the global that holds it. */
  readonly offset: number | string;
  readonly bytes: Uint8Array;
}

export interface RewriteOptions {
  /**
   * Whether the module asks if the host wants something; default true. Without that the host can't interrupt it, and what it computes
   * is what it would have computed anyway.
   */
  readonly checks?: boolean;
}

const kinds = { function: 0x00, table: 0x01, memory: 0x02, global: 0x03 } as const;
const funcref = 0x70;

/**
 * Makes a module that the host can preempt and reset, without moving an index of it.
 *
 * * Memories that it defined are imports. The host makes them, so that it can put an image in their place.
 * * The size of each memory is a global. A memory of WebAssembly never shrinks, so one that was grown and reset is larger than it was;
 *   `memory.size` and `memory.grow` go by that global and see the size a new instance has.
 * * Loops and functions that call others ask at their beginning whether the host wants something, and large copies and fills do so
 *   every {@link bulkChunkBytes}. So does whatever else may take long ({@link rewriteCode}).
 * * Data is apart from the code, so that components that differ in data only have the same code.
 *
 * @throws MalformedModuleError for what can't be read
 */
export function rewriteModule(bytes: Uint8Array, options: RewriteOptions = {}): RewrittenModule {
  return new Rewriting(bytes, options).rewrite();
}

class Rewriting {
  readonly #bytes: Uint8Array;
  readonly #facts: ModuleFacts;
  readonly #prefix: string;
  readonly #builder: ModuleBuilder;
  readonly #added: AddedFunctions;
  readonly #exports: number[][] = [];
  readonly #globals: number[][] = [];
  readonly #importedMemories: number;
  readonly #memories: readonly AddressedMemory[];
  readonly #checks: boolean;

  constructor(bytes: Uint8Array, { checks = true }: RewriteOptions) {
    const facts = inspectModule(bytes);
    this.#bytes = bytes;
    this.#checks = checks;
    this.#facts = facts;
    this.#prefix = unusedPrefix([...facts.exportNames, ...facts.importModules]);
    this.#builder = new ModuleBuilder(bytes, facts.sections);
    this.#added = new AddedFunctions(facts.typeCount, facts.functionCount);
    this.#importedMemories = facts.importedMemories.length;
    this.#memories = [
      ...facts.importedMemories.map(({ isWide }) => isWide),
      ...facts.memories.map(({ flags }) => (flags & limitFlags.wide) !== 0),
    ].map((isWide, index) => ({ index, type: isWide ? 'i64' : 'i32' }));
  }

  rewrite(): RewrittenModule {
    const facts = this.#facts;
    const hooks = this.#addHooks();
    const memories = facts.memories.map((limits, index) => this.#moveMemory(limits, index));
    const word = this.#importWord();
    const globals = facts.globals.flatMap(({ mutable }, index) =>
      mutable ? [this.#expose('global', facts.importedGlobals + index)] : [],
    );
    const tables = facts.tables.map((_, index) => this.#expose('table', facts.importedTables + index));
    const start = this.#moveStart();
    const data = this.#takeData();
    const { writesTables, dropsSegments, readsSegments } = this.#rewriteCode();
    this.#append();
    return {
      bytes: this.#builder.build(),
      word,
      hooks,
      importedMemories: facts.importedMemories,
      memories,
      globals: [...globals, ...memories.flatMap(({ pages, refused }) => [pages, refused])],
      tables,
      exports: [...facts.exportNames],
      hasHiddenTables: facts.tables.some(({ accessible }) => !accessible),
      writesTables,
      isDataApart: !dropsSegments && !readsSegments,
      data,
      hasElements: facts.hasElements,
      start,
      obstacle: facts.obstacle ?? (dropsSegments ? 'it drops data or element segments' : undefined),
    };
  }

  get #hooksTable(): number {
    return this.#facts.importedTables + this.#facts.tables.length;
  }

  /** The first function that is added: what {@link Rewriting.#check} calls. */
  get #checkFunction(): number {
    return this.#facts.functionCount;
  }

  /** Reads the word, and calls the check unless it is 0. */
  get #check(): InstructionBytes {
    if (!this.#checks) return [];
    return [...this.#readWord, opcodes.if, 0x40, opcodes.call, ...leb(this.#checkFunction), opcodes.end];
  }

  get #readWord(): InstructionBytes {
    return [...constant('i32', 0), opcodes.i32Load, 0x42, ...leb(this.#memories.length), 0];
  }

  #expose(kind: keyof typeof kinds, index: number): string {
    const name = `${this.#prefix}${kind}${index}`;
    this.#exports.push([...encodeName(name), kinds[kind], ...leb(index)]);
    return name;
  }

  #addGlobal(type: AddressType, mutable: boolean, expression: Chunk): number {
    const { importedGlobals, globals } = this.#facts;
    this.#globals.push([valueTypes[type], mutable ? 1 : 0, ...expression]);
    return importedGlobals + globals.length + this.#globals.length - 1;
  }

  #addHooks(): string {
    const type = this.#added.type([], []);
    this.#added.add('check', [], [], checkFunction(type, this.#hooksTable));
    const slots = leb(1 + 2 * this.#importedMemories);
    this.#builder.append(sectionIds.table, [[funcref, 0x01, ...slots, ...slots]]);
    return this.#expose('table', this.#hooksTable);
  }

  #moveMemory({ minimum, maximum }: Limits, index: number): OwnMemory {
    const memory = this.#memories[this.#importedMemories + index] as AddressedMemory;
    const { type } = memory;
    const initial = [...constant(type, Math.min(minimum, 0x7fff_ffff)), opcodes.end];
    const pages = this.#addGlobal(type, true, initial);
    const refused = this.#addGlobal(type, true, [...constant(type, 0), opcodes.end]);
    const size = this.#added.add('memory.size', [], [type], sizeFunction(pages));
    const grow = this.#added.add(
      'memory.grow',
      [type],
      [type],
      growFunction(memory, { pages, refused }, this.#check),
    );
    return {
      import: { module: this.#prefix, name: `memory${memory.index}` },
      minimum,
      maximum,
      address: type,
      pages: this.#expose('global', pages),
      refused: this.#expose('global', refused),
      size: this.#expose('function', size),
      grow: this.#expose('function', grow),
    };
  }

  /** What was defined comes before the word, so that memories keep their indices. */
  #importWord(): ImportName {
    const word = { module: this.#prefix, name: 'word' };
    const encode = ({ module, name }: ImportName, limits: Chunk): number[] => [
      ...[...encodeName(module), ...encodeName(name), kinds.memory, ...limits],
    ];
    const section = this.#facts.sections.find(({ id }) => id === sectionIds.memory);
    const defined = section === undefined ? [] : readItems(this.#bytes, section, this.#facts.memories);
    this.#builder.append(sectionIds.import, [
      ...defined.map((limits, index) =>
        encode({ module: this.#prefix, name: `memory${this.#importedMemories + index}` }, limits),
      ),
      encode(word, [0x03, 1, 1]),
    ]);
    this.#builder.remove(sectionIds.memory);
    return word;
  }

  #moveStart(): string | undefined {
    const { start } = this.#facts;
    this.#builder.remove(sectionIds.start);
    return start === undefined ? undefined : this.#expose('function', start);
  }

  /** An active segment counts as dropped when it was written: an empty passive one stands in its place. */
  #takeData(): ActiveData[] {
    const { data } = this.#facts;
    const taken: ActiveData[] = [];
    if (data.length === 0) return taken;
    const left: Chunk[] = [];
    for (const { active, bytes } of data) {
      left.push(active === undefined ? [0x01, ...leb(bytes.length)] : [0x01, 0x00]);
      if (active === undefined) left.push(bytes);
      else taken.push({ memory: active.memory, offset: this.#offset(active), bytes });
    }
    this.#builder.replace(sectionIds.data, [leb(data.length), ...left]);
    return taken;
  }

  /** What is not just a number becomes a global that V8 computes. */
  #offset({ memory, offset }: NonNullable<ModuleFacts['data'][number]['active']>): number | string {
    const { type } = this.#memory(memory);
    if (typeof offset === 'number') return offset;
    return this.#expose('global', this.#addGlobal(type, false, offset));
  }

  #rewriteCode(): CodeFacts {
    const section = this.#facts.sections.find(({ id }) => id === sectionIds.code);
    if (section === undefined) {
      this.#builder.replace(sectionIds.code, [leb(this.#added.code.length), ...this.#added.code]);
      return { writesTables: false, dropsSegments: false, readsSegments: false };
    }
    const cursor = new Cursor(this.#bytes, section.start, section.end);
    const { count, items, hints, ...facts } = rewriteCode(cursor, this.#codeRewrites());
    if (this.#checks) this.#builder.hintBranches([leb(hints.count), hints.items]);
    const added = this.#added.code;
    this.#builder.replace(sectionIds.code, [leb(count + added.length), items, ...added]);
    return facts;
  }

  #codeRewrites(): CodeRewrites {
    const known = new Map<string, Uint8Array>();
    /** The bytes for one kind of instruction, made once. */
    const once = (key: string, make: () => readonly number[]): Uint8Array => {
      const bytes = known.get(key) ?? Uint8Array.from(make());
      known.set(key, bytes);
      return bytes;
    };
    const { importedFunctions, tables, importedTables, data } = this.#facts;
    const added = this.#added;
    const call = (index: number): readonly number[] => [opcodes.call, ...leb(index)];
    const check = this.#check;
    /** Calls a function that does the short ones itself and has another do the long ones. */
    const callBulk = (
      name: string,
      params: readonly [AddressType, AddressType, AddressType],
      instruction: InstructionBytes,
      long: InstructionBytes,
    ): InstructionBytes =>
      call(
        added.add(name, params, [], shortOrLong(params[2], instruction, added.add(name, params, [], long))),
      );
    /** Other modules own imported memories: how they do it stands in the table. */
    const slot = (memory: number, place: number): number => 1 + 2 * memory + place;
    return {
      memoryCount: this.#memories.length,
      tableCount: importedTables + tables.length,
      importedFunctions,
      check: Uint8Array.from(check),
      checkBranch: this.#readWord.length,
      memorySize: (memory) =>
        once(`size ${memory}`, () => {
          const { type } = this.#memory(memory);
          return memory < this.#importedMemories
            ? callSlot(slot(memory, 0), added.type([], [type]), this.#hooksTable)
            : call(this.#ownFunction(memory, 0));
        }),
      memoryGrow: (memory) =>
        once(`grow ${memory}`, () => {
          const { type } = this.#memory(memory);
          return memory < this.#importedMemories
            ? callSlot(slot(memory, 1), added.type([type], [type]), this.#hooksTable)
            : call(this.#ownFunction(memory, 1));
        }),
      memoryFill: (index) =>
        once(`fill ${index}`, () => {
          const memory = this.#memory(index);
          const { type } = memory;
          return callBulk(
            'memory.fill',
            [type, 'i32', type],
            fillInstruction(memory),
            fillFunction(memory, check),
          );
        }),
      memoryCopy: (to, from) =>
        once(`copy ${to} ${from}`, () => {
          const [target, source] = [this.#memory(to), this.#memory(from)];
          const params = [target.type, source.type, copyLengthType(target, source)] as const;
          return callBulk(
            'memory.copy',
            params,
            copyInstruction(target, source),
            copyFunction(target, source, check),
          );
        }),
      memoryInit: (segment, index) =>
        once(`init ${segment} ${index}`, () => {
          const memory = this.#memory(index);
          const bytes = passiveBytes(data[segment]);
          const long = initFunction(segment, bytes, memory, check);
          return callBulk('memory.init', [memory.type, 'i32', 'i32'], initInstruction(segment, memory), long);
        }),
    };
  }

  /** Added for each memory of its own, behind the check: the one that says its size, the one that grows it. */
  #ownFunction(memory: number, place: number): number {
    return this.#checkFunction + 1 + 2 * (memory - this.#importedMemories) + place;
  }

  #memory(index: number): AddressedMemory {
    const memory = this.#memories[index];
    if (memory === undefined) throw new Cursor(this.#bytes).error(`expected memory ${index} to be defined`);
    return memory;
  }

  #append(): void {
    this.#builder.append(sectionIds.type, this.#added.types);
    this.#builder.append(sectionIds.function, this.#added.functions);
    this.#builder.append(sectionIds.global, this.#globals);
    this.#builder.append(sectionIds.export, this.#exports);
    const names = this.#builder.contents(sectionIds.custom);
    this.#builder.replace(sectionIds.custom, addFunctionNames(names, this.#added.names));
  }
}

/** The bytes of each item of the memory section. */
function readItems(
  bytes: Uint8Array,
  section: ModuleFacts['sections'][number],
  memories: ModuleFacts['memories'],
): Uint8Array[] {
  const cursor = new Cursor(bytes, section.start, section.end);
  cursor.u32();
  return memories.map(() => {
    const start = cursor.pos;
    readLimits(cursor);
    return bytes.subarray(start, cursor.pos);
  });
}

/** An active segment counts as dropped. */
function passiveBytes(segment: ModuleFacts['data'][number] | undefined): number {
  return segment === undefined || segment.active !== undefined ? 0 : segment.bytes.length;
}

/** Takes one look at each name, whatever a hostile module calls its exports. */
function unusedPrefix(names: readonly string[]): string {
  const taken = new Set(names.map((name) => /^wasmlattice:(\d{1,9}):/.exec(name)?.[1]));
  let number = 0;
  while (taken.has(String(number))) number++;
  return `wasmlattice:${number}:`;
}
