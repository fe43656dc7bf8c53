import { Cursor } from './cursor.js';
import { byteLength, type Chunk, encodeName, leb, signedLeb } from './encode.js';
import { type ImportName, type ModuleFacts, skipLocals } from './inspect-module.js';
import { type InstructionVisitor, opcodes, visitInstructions } from './instructions.js';
import { ModuleBuilder } from './module-builder.js';
import { sectionIds } from './sections.js';

export interface RewriteOptions {
  /** Also exports the tables. */
  readonly tables: boolean;
}

/** A module whose state can be reached from outside. All names are exports of the new module. */
export interface RewrittenModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Mutable globals that the module defines, and those that hold the sizes of its memories. */
  readonly globals: readonly string[];
  /** Memories that the module defines, each with the global that holds its size in pages. */
  readonly memories: readonly { readonly memory: string; readonly pages: string }[];
  /** Tables that the module defines; empty unless asked for. */
  readonly tables: readonly string[];
  /** What the new module imports in addition: the sizes of memories it imports. */
  readonly sizeImports: readonly SizeImport[];
}

export interface SizeImport extends ImportName {
  /** The import that is the memory. */
  readonly memory: ImportName;
}

const i32 = 0x7f;
const kinds = { table: 0x01, memory: 0x02, global: 0x03 } as const;

/**
 * Makes a module resettable: its mutable globals, its memories and on demand its tables are exported under names
 * that clash with nothing, and the size of each memory becomes a global. A memory of WebAssembly never shrinks, so a
 * memory that was grown and reset is larger than it was; `memory.size` and `memory.grow` of the new module go by that global
 * and see the size a new instance has.
 *
 * @param facts of these bytes, without an obstacle
 */
export function rewriteModule(
  bytes: Uint8Array,
  facts: ModuleFacts,
  { tables }: RewriteOptions,
): RewrittenModule {
  const layout = planLayout(facts);
  const builder = new ModuleBuilder(bytes, facts.sections, (name) => name === 'name');
  const exported: number[][] = [];
  const expose = (kind: keyof typeof kinds, index: number): string => {
    const name = `${layout.prefix}${kind}${index}`;
    exported.push([...encodeName(name), kinds[kind], ...leb(index)]);
    return name;
  };

  const memories = facts.memories.map((_, index) => {
    const memory = facts.importedMemories.length + index;
    return { memory: expose('memory', memory), pages: expose('global', layout.pages(memory)) };
  });
  const mutable = facts.globals.flatMap(({ mutable: isMutable }, index) =>
    isMutable ? [expose('global', layout.global(facts.importedGlobals + index))] : [],
  );
  const exposedTables = tables
    ? facts.tables.map((_, index) => expose('table', facts.importedTables + index))
    : [];

  rewriteCode(bytes, facts, layout, builder);
  if (layout.added > 0) shiftExports(bytes, facts, layout, builder);
  builder.append(
    sectionIds.import,
    layout.sizeImports.map(({ module, name }) => [
      ...encodeName(module),
      ...encodeName(name),
      0x03,
      i32,
      0x01,
    ]),
  );
  builder.append(
    sectionIds.global,
    facts.memories.map(({ minimum }) => [i32, 0x01, 0x41, ...signedLeb(minimum), opcodes.end]),
  );
  builder.append(sectionIds.export, exported);
  return {
    bytes: builder.build(),
    globals: [...mutable, ...memories.map(({ pages }) => pages)],
    memories,
    tables: exposedTables,
    sizeImports: layout.sizeImports,
  };
}

/** Where everything is in the new module. */
interface Layout {
  readonly prefix: string;
  /** Imported globals that come before all others of the module. */
  readonly added: number;
  readonly sizeImports: readonly SizeImport[];
  /** The new index of a global. */
  global(index: number): number;
  /** The global that holds the size of a memory. */
  pages(memory: number): number;
  /** The function that grows a memory. */
  grow(memory: number): number;
  /** Memories that have such a function, in its order. */
  readonly grown: readonly number[];
}

function planLayout(facts: ModuleFacts): Layout {
  const prefix = unusedPrefix([...facts.exportNames, ...facts.importModules]);
  const { importedGlobals, importedMemories } = facts;
  const grown = [...facts.sizedMemories];
  const importedSizes = grown.filter((memory) => memory < importedMemories.length);
  const sizeImports = importedSizes.flatMap((memory) => {
    const of = importedMemories[memory];
    return of === undefined ? [] : [{ module: prefix, name: String(memory), memory: of }];
  });
  const added = sizeImports.length;
  return {
    prefix,
    added,
    sizeImports,
    grown,
    global: (index) => (index < importedGlobals ? index : index + added),
    pages: (memory) =>
      memory < importedMemories.length
        ? importedGlobals + importedSizes.indexOf(memory)
        : importedGlobals + added + facts.globals.length + memory - importedMemories.length,
    grow: (memory) => facts.functionCount + grown.indexOf(memory),
  };
}

/** Takes one look at each name, whatever a hostile module calls its exports. */
function unusedPrefix(names: readonly string[]): string {
  const taken = new Set(names.map((name) => /^wasmlattice:(\d{1,9}):/.exec(name)?.[1]));
  let number = 0;
  while (taken.has(String(number))) number++;
  return `wasmlattice:${number}:`;
}

/** Bytes of the old module that others stand in for. */
interface Patch {
  readonly start: number;
  readonly end: number;
  readonly bytes: readonly number[];
}

function rewriteCode(bytes: Uint8Array, facts: ModuleFacts, layout: Layout, builder: ModuleBuilder): void {
  const section = facts.sections.find(({ id }) => id === sectionIds.code);
  if (section === undefined || (layout.grown.length === 0 && layout.added === 0)) return;
  const chunks: Chunk[] = [];
  const cursor = new Cursor(bytes, section.start, section.end);
  let unchanged = cursor.pos;
  const count = cursor.each((index) => {
    if (index === 0) unchanged = cursor.pos;
    const start = cursor.pos;
    const body = cursor.slice(cursor.u32());
    if (layout.added === 0 && !facts.sizedFunctions.has(index)) return;
    const from = body.pos;
    const changed = applyPatches(bytes, from, body.end, findPatches(body, layout));
    chunks.push(bytes.subarray(unchanged, start), ...withSize(changed));
    unchanged = body.end;
  });
  chunks.push(bytes.subarray(unchanged, section.end));
  const helpers = layout.grown.map((memory) => withSize([growFunction(memory, layout.pages(memory))]));
  builder.replace(sectionIds.code, [leb(count + helpers.length), ...chunks, ...helpers.flat()]);
  builder.append(sectionIds.type, [[0x60, 1, i32, 1, i32]]);
  builder.append(
    sectionIds.function,
    helpers.map(() => leb(facts.typeCount)),
  );
}

function findPatches(body: Cursor, layout: Layout): Patch[] {
  const patches: Patch[] = [];
  const visitor: InstructionVisitor = {
    writesTable() {},
    dropsSegment() {},
    memorySize(instruction, memory, start) {
      const replacement =
        instruction === 'size'
          ? [opcodes.globalGet, ...leb(layout.pages(memory))]
          : [opcodes.call, ...leb(layout.grow(memory))];
      patches.push({ start, end: body.pos, bytes: replacement });
    },
    global(opcode, index, start) {
      const moved = layout.global(index);
      if (moved !== index) patches.push({ start, end: body.pos, bytes: [opcode, ...leb(moved)] });
    },
  };
  skipLocals(body);
  visitInstructions(body, visitor);
  return patches;
}

function applyPatches(bytes: Uint8Array, start: number, end: number, patches: readonly Patch[]): Chunk[] {
  const chunks: Chunk[] = [];
  let from = start;
  for (const patch of patches) {
    chunks.push(bytes.subarray(from, patch.start), patch.bytes);
    from = patch.end;
  }
  chunks.push(bytes.subarray(from, end));
  return chunks;
}

function withSize(chunks: readonly Chunk[]): Chunk[] {
  return [leb(byteLength(chunks)), ...chunks];
}

/** `memory.grow` by the size in a global: what the memory has already is handed out again, the rest is grown. */
function growFunction(memory: number, pages: number): number[] {
  const [size, grow] = [
    [opcodes.memorySize, ...leb(memory)],
    [opcodes.memoryGrow, ...leb(memory)],
  ];
  const refuse = [0x04, 0x40, 0x41, 0x7f, 0x0f, 0x0b]; // if (return (i32.const -1)) end
  return [
    ...[0x01, 0x02, i32], // locals: 1 the old size, 2 the new one
    ...[opcodes.globalGet, ...leb(pages), 0x22, 0x01], // old = pages
    ...[0x20, 0x00, 0x6a, 0x22, 0x02], // new = old + delta
    ...[0x20, 0x01, 0x49, ...refuse], // new < old: the sum is too large
    ...[0x20, 0x02, ...size, 0x4b, 0x04, 0x40], // if new > memory.size
    ...[0x20, 0x02, ...size, 0x6b, ...grow, 0x41, 0x7f, 0x46, ...refuse], // memory.grow(new - memory.size) failed
    0x0b,
    ...[0x20, 0x02, opcodes.globalSet, ...leb(pages)],
    ...[0x20, 0x01, 0x0b],
  ];
}

/** Exports of globals that are no longer where they were. */
function shiftExports(bytes: Uint8Array, facts: ModuleFacts, layout: Layout, builder: ModuleBuilder): void {
  const section = facts.sections.find(({ id }) => id === sectionIds.export);
  if (section === undefined) return;
  const cursor = new Cursor(bytes, section.start, section.end);
  const chunks: Chunk[] = [];
  const count = cursor.each(() => {
    const start = cursor.pos;
    cursor.name();
    const kind = cursor.byte();
    const beforeIndex = cursor.pos;
    const index = cursor.u32();
    chunks.push(
      bytes.subarray(start, beforeIndex),
      leb(kind === kinds.global ? layout.global(index) : index),
    );
  });
  builder.replace(sectionIds.export, [leb(count), ...chunks]);
}
