import { maxNesting } from '../limits.js';
import type { ByteReader } from './byte-reader.js';

/**
 * Reads over a core type among the declarations of a component or instance type, where no length says how long it
 * is. Covers functions and modules: the types of other proposals can't be part of what a host links.
 */
export function skipCoreType(reader: ByteReader, depth: number): void {
  const start = reader.offset;
  if (depth > maxNesting) throw reader.error(`expected at most ${maxNesting} types within one another`);
  const form = reader.byte('a core type');
  switch (form) {
    case 0x60:
      reader.list('core parameters', () => skipCoreValueType(reader));
      reader.list('core results', () => skipCoreValueType(reader));
      return;
    case 0x50:
      reader.list('declarations of a core module type', () => skipModuleDeclaration(reader, depth + 1));
      return;
    default:
      throw reader.error(`expected a core function or module type, found 0x${form.toString(16)}`, start);
  }
}

function skipModuleDeclaration(reader: ByteReader, depth: number): void {
  const start = reader.offset;
  switch (reader.byte('a declaration of a core module type')) {
    case 0x00:
      reader.name('a core import module');
      reader.name('a core import name');
      skipCoreExtern(reader);
      return;
    case 0x01:
      skipCoreType(reader, depth);
      return;
    case 0x02:
      reader.byte('a core sort');
      reader.byte('an outer alias');
      reader.u32('the number of enclosing types');
      reader.u32('a core type');
      return;
    case 0x03:
      reader.name('a core export name');
      skipCoreExtern(reader);
      return;
    default:
      throw reader.error('expected a declaration of a core module type', start);
  }
}

function skipCoreExtern(reader: ByteReader): void {
  const start = reader.offset;
  switch (reader.byte('a core import or export')) {
    case 0x00:
      reader.u32('a core function type');
      return;
    case 0x01:
      skipCoreValueType(reader);
      skipLimits(reader);
      return;
    case 0x02:
      skipLimits(reader);
      return;
    case 0x03:
      skipCoreValueType(reader);
      reader.byte('the mutability of a global');
      return;
    case 0x04:
      reader.byte('the attribute of a tag');
      reader.u32('a core function type');
      return;
    default:
      throw reader.error('expected a core function, table, memory, global or tag', start);
  }
}

function skipLimits(reader: ByteReader): void {
  const flags = reader.byte('limits');
  skipLeb128(reader);
  if ((flags & 0x01) !== 0) skipLeb128(reader);
  if ((flags & 0x08) !== 0) skipLeb128(reader);
}

function skipCoreValueType(reader: ByteReader): void {
  const form = reader.byte('a core value type');
  // `ref null` and `ref` carry a heap type; every other value type is one byte.
  if (form === 0x63 || form === 0x64) skipLeb128(reader);
}

/** Limits of 64-bit memories may take up to ten bytes. */
function skipLeb128(reader: ByteReader): void {
  const start = reader.offset;
  while (reader.byte('a number') >= 0x80) {
    if (reader.offset - start >= 10) throw reader.error('expected a number of at most 64 bits', start);
  }
}
