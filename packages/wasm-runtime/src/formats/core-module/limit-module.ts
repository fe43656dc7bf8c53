import type { CompileOptions } from '../../engines/engine.js';
import { ComponentLimitError, MemoryLimitError } from '../../errors.js';
import { defaultLimits } from '../../limits/limit-table.js';
import type { Cursor } from './cursor.js';
import { byteLength, type Chunk, concat, leb } from './encode.js';
import { unsupportedGarbageCollection } from './errors.js';
import { skipConstant, skipType } from './instructions.js';
import { type Limits, limitFlags, readLimits } from './limits.js';
import { sectionIds, sectionsOf } from './sections.js';

const knownFlags: number = Object.values(limitFlags).reduce((all, flag) => all | flag, 0);

type ModuleLimits = Pick<CompileOptions, 'component' | 'maxMemoryBytes' | 'maxTableElements'>;

/**
 * Lets nothing that the module defines grow beyond what a component may have. The declared maximum of a memory or table becomes
 * the smaller of the two, and `memory.grow` or `table.grow` beyond it gives the guest -1. Whoever imports one needs no
 * change: an import accepts every maximum that is not above its own, and one that got smaller is not. Objects of the garbage
 * collection proposal have no maximum that could be declared, so a module that has such types is refused.
 * A memory that is shared is refused, too, as by upstream's instance pool. All other bytes of the module stay as they are.
 *
 * @returns the bytes themselves when nothing has to be changed
 * @throws ComponentLimitError when a memory or table begins with more than it may have
 * @throws MalformedModuleError for bytes that can't be read; nothing that V8 accepts goes past the limits
 * @throws UnsupportedModuleError for garbage collected types
 */
export function limitModule<Bytes extends Uint8Array>(
  bytes: Bytes,
  options: ModuleLimits,
): Bytes | Uint8Array<ArrayBuffer> {
  const chunks: Chunk[] = [];
  let unchanged = 0;
  for (const { id, start, content } of sectionsOf(bytes)) {
    const limited = limitSection(id, content, options);
    if (limited === undefined) continue;
    chunks.push(bytes.subarray(unchanged, start), [id, ...leb(byteLength(limited))], ...limited);
    unchanged = content.end;
  }
  return unchanged === 0 ? bytes : concat([...chunks, bytes.subarray(unchanged)]);
}

/** The new contents; `undefined` when they stay as they are. */
function limitSection(id: number, content: Cursor, options: ModuleLimits): Chunk[] | undefined {
  switch (id) {
    case sectionIds.type:
      assertFunctionTypes(content);
      return undefined;
    case sectionIds.table:
      return limitItems(content, () => limitTable(content, options));
    case sectionIds.memory:
      return limitItems(content, () => limitMemory(content, options));
    default:
      return undefined;
  }
}

/** @param limit reads one item; what it returns stands in for the item */
function limitItems(content: Cursor, limit: () => Chunk | undefined): Chunk[] | undefined {
  const chunks: Chunk[] = [];
  let changed = false;
  const count = content.each(() => {
    const start = content.pos;
    const limited = limit();
    changed ||= limited !== undefined;
    chunks.push(limited ?? content.bytes.subarray(start, content.pos));
  });
  return changed ? [leb(count), ...chunks] : undefined;
}

function limitMemory(content: Cursor, { component, maxMemoryBytes }: ModuleLimits): Chunk | undefined {
  const limits = readLimits(content);
  if ((limits.flags & ~knownFlags) !== 0) throw content.error('expected a memory of a known kind');
  if ((limits.flags & limitFlags.shared) !== 0) {
    throw content.error(
      'expected memories that are not shared: a component has one thread, which would wait for ever in memory.atomic.wait',
    );
  }
  if (maxMemoryBytes === undefined) return undefined;
  const pages = Math.floor(maxMemoryBytes / 2 ** limits.pageExponent);
  if (limits.minimum > pages) {
    throw new MemoryLimitError(component, limits.minimum * 2 ** limits.pageExponent, maxMemoryBytes);
  }
  return pages < mostPages(limits) ? encode(limits, pages) : undefined;
}

/** The most pages a memory can have as it is declared: without a maximum, as far as its addresses reach. */
function mostPages({ flags, maximum, pageExponent }: Limits): number {
  return maximum ?? 2 ** (((flags & limitFlags.wide) === 0 ? 32 : 64) - pageExponent);
}

/**
 * Elements of tables are in V8's heap, and what does not fit in there ends the process with all of its components.
 *
 * https://webassembly.github.io/spec/core/binary/modules.html#table-section
 */
function limitTable(
  content: Cursor,
  { component, maxTableElements = defaultLimits['table-elements'] }: ModuleLimits,
): Chunk | undefined {
  const { bytes, pos: start } = content;
  const hasInitializer = bytes[start] === 0x40;
  if (hasInitializer) content.skip(2);
  skipType(content);
  const limitsStart = content.pos;
  const limits = readLimits(content);
  const limitsEnd = content.pos;
  if ((limits.flags & ~knownFlags) !== 0) throw content.error('expected a table of a known kind');
  if (hasInitializer) skipConstant(content);
  if (limits.minimum > maxTableElements) {
    const what = `begins with a table of ${limits.minimum} elements`;
    throw new ComponentLimitError(component, 'table-elements', what, limits.minimum, maxTableElements);
  }
  if (limits.maximum !== undefined && limits.maximum <= maxTableElements) return undefined;
  return concat([
    bytes.subarray(start, limitsStart),
    encode(limits, maxTableElements),
    bytes.subarray(limitsEnd, content.pos),
  ]);
}

function encode({ flags, minimum, pageExponent }: Limits, maximum: number): number[] {
  const pageSize = (flags & limitFlags.pageSize) === 0 ? [] : leb(pageExponent);
  return [flags | limitFlags.maximum, ...leb(minimum), ...leb(maximum), ...pageSize];
}

/** Subtypes, groups of types, structs and arrays begin with these. */
const garbageCollectedForms = new Set([0x4e, 0x4f, 0x50, 0x5e, 0x5f]);

function assertFunctionTypes(types: Cursor): void {
  types.each(() => {
    const form = types.byte();
    if (garbageCollectedForms.has(form)) throw unsupportedGarbageCollection();
    if (form !== 0x60) throw types.error('expected the type of a function');
    types.each(() => skipType(types));
    types.each(() => skipType(types));
  });
}
