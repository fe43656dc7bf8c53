import type { CompileOptions } from '../engine.js';
import { MemoryLimitError } from '../errors.js';
import { Cursor } from './cursor.js';
import { byteLength, type Chunk, concat, leb } from './encode.js';
import { preambleLength, sectionIds } from './inspect-module.js';
import { type Limits, limitFlags, readLimits } from './memory-type.js';

const knownFlags: number = Object.values(limitFlags).reduce((all, flag) => all | flag, 0);

/**
 * Lets no memory that the module defines grow beyond `maxMemoryBytes`: its declared maximum becomes the smaller of the two, and
 * `memory.grow` beyond it gives the guest -1. Whoever imports the memory needs no change: an import accepts every maximum
 * that is not above its own, and one that got smaller is not. All other bytes of the module stay as they are.
 *
 * @returns the bytes themselves when nothing has to be changed
 * @throws MemoryLimitError when a memory begins with more than it may have
 * @throws MalformedModuleError for bytes that can't be read; nothing that V8 accepts goes past the limit
 */
export function limitMemories<Bytes extends Uint8Array>(
  bytes: Bytes,
  { component, maxMemoryBytes }: Pick<CompileOptions, 'component' | 'maxMemoryBytes'>,
): Bytes | Uint8Array<ArrayBuffer> {
  if (maxMemoryBytes === undefined) return bytes;
  const section = findMemories(bytes);
  if (section === undefined) return bytes;
  const chunks: Chunk[] = [];
  let changed = false;
  const { content } = section;
  const count = content.each(() => {
    const start = content.pos;
    const limits = readLimits(content);
    if ((limits.flags & ~knownFlags) !== 0) throw content.error('expected a memory of a known kind');
    const pages = Math.floor(maxMemoryBytes / 2 ** limits.pageExponent);
    if (limits.minimum > pages) {
      throw new MemoryLimitError(component, limits.minimum * 2 ** limits.pageExponent, maxMemoryBytes);
    }
    changed ||= pages < largest(limits);
    chunks.push(pages < largest(limits) ? encode(limits, pages) : bytes.subarray(start, content.pos));
  });
  if (!changed) return bytes;
  const items = [leb(count), ...chunks];
  return concat([
    bytes.subarray(0, section.start),
    [sectionIds.memory, ...leb(byteLength(items))],
    ...items,
    bytes.subarray(content.end),
  ]);
}

function findMemories(bytes: Uint8Array): { readonly start: number; readonly content: Cursor } | undefined {
  const cursor = new Cursor(bytes);
  cursor.skip(preambleLength);
  while (!cursor.done) {
    const start = cursor.pos;
    const id = cursor.byte();
    const content = cursor.slice(cursor.u32());
    if (id === sectionIds.memory) return { start, content };
  }
  return undefined;
}

/** The most pages a memory can have as it is declared: without a maximum, as far as its addresses reach. */
function largest({ flags, maximum, pageExponent }: Limits): number {
  return maximum ?? 2 ** (((flags & limitFlags.wide) === 0 ? 32 : 64) - pageExponent);
}

function encode({ flags, minimum, pageExponent }: Limits, maximum: number): number[] {
  const pageSize = (flags & limitFlags.pageSize) === 0 ? [] : leb(pageExponent);
  return [flags | limitFlags.maximum, ...leb(minimum), ...leb(maximum), ...pageSize];
}
