import { assertComponent, detectBinary, preambleLength } from '../detect-binary.js';
import { maxNesting } from '../limits.js';
import { ByteReader } from './byte-reader.js';
import type { Definition, DefinitionBody, NamedReference } from './nodes.js';
import { parseCanon } from './parse-canon.js';
import {
  parseAlias,
  parseCoreSort,
  parseExtern,
  parseExternName,
  parseImportName,
  parseSort,
  parseType,
  parseValType,
} from './parse-types.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions

/**
 * Everything a component defines, in order. Core modules are read over, and so are core types and custom sections: the
 * engine that compiles the modules checks them.
 *
 * @throws InvalidComponentError
 */
export function parseComponent(bytes: Uint8Array): Definition[] {
  assertComponent(bytes);
  return parseSections(new ByteReader(bytes, preambleLength), bytes, 0);
}

function parseSections(reader: ByteReader, bytes: Uint8Array, depth: number): Definition[] {
  if (depth > maxNesting) throw reader.error(`expected at most ${maxNesting} components within one another`);
  const definitions: Definition[] = [];
  while (!reader.done) {
    const offset = reader.offset;
    const id = reader.byte('a section');
    const section = reader.slice(reader.u32('the size of a section'), 'a section');
    switch (id) {
      case 0x00: // custom
      case 0x03: // core types
        continue;
      case 0x01: {
        const module = section.bytes(section.remaining, 'a core module');
        if (detectBinary(module) !== 'core-module') throw reader.error('expected a core module', offset);
        const end = section.offset;
        definitions.push({ kind: 'core-module', start: end - module.length, end, offset });
        continue;
      }
      case 0x04: {
        const start = section.offset;
        const preamble = section.bytes(preambleLength, 'a nested component');
        if (detectBinary(preamble) !== 'component') throw reader.error('expected a nested component', start);
        definitions.push({
          kind: 'component',
          definitions: parseSections(section, bytes, depth + 1),
          offset,
        });
        continue;
      }
      case 0x09:
        definitions.push({ ...parseStart(section), offset });
        break;
      default: {
        const parseItem = itemParsers.get(id);
        if (parseItem === undefined) {
          throw reader.error(`expected a section, found the unknown section id ${id}`, offset);
        }
        for (const item of section.list('section items', () => parseAt(section, parseItem)))
          definitions.push(item);
      }
    }
    if (!section.done)
      throw section.error(`expected the end of the section, found ${section.remaining} more bytes`);
  }
  return definitions;
}

function parseAt(reader: ByteReader, parse: (reader: ByteReader) => DefinitionBody): Definition {
  const offset = reader.offset;
  return { ...parse(reader), offset };
}

const itemParsers: ReadonlyMap<number, (reader: ByteReader) => DefinitionBody> = new Map<
  number,
  (reader: ByteReader) => DefinitionBody
>([
  [0x02, parseCoreInstance],
  [0x05, parseInstance],
  [0x06, parseAlias],
  [0x07, (reader) => ({ kind: 'type', type: parseType(reader, 0) })],
  [0x08, parseCanon],
  [0x0a, (reader) => ({ kind: 'import', ...parseImportName(reader), extern: parseExtern(reader) })],
  [0x0b, parseExport],
  [0x0c, parseValue],
]);

function parseInstance(reader: ByteReader): DefinitionBody {
  const start = reader.offset;
  switch (reader.byte('an instance')) {
    case 0x00:
      return {
        kind: 'instantiate',
        component: reader.u32('a component'),
        args: reader.list('arguments', () => parseReference(reader, reader.name('an argument name'))),
      };
    case 0x01:
      return {
        kind: 'inline-instance',
        exports: reader.list('exports', () => parseReference(reader, parseExternName(reader))),
      };
    default:
      throw reader.error('expected an instantiation or a list of exports', start);
  }
}

function parseCoreInstance(reader: ByteReader): DefinitionBody {
  const start = reader.offset;
  switch (reader.byte('a core instance')) {
    case 0x00:
      return {
        kind: 'core-instantiate',
        module: reader.u32('a core module'),
        args: reader.list('arguments', () => {
          const name = reader.name('an argument name');
          if (reader.byte('a core sort') !== 0x12) throw reader.error('expected a core instance');
          return { name, instance: reader.u32('a core instance') };
        }),
      };
    case 0x01:
      return {
        kind: 'core-inline-instance',
        exports: reader.list('exports', () => {
          const name = reader.name('an export name');
          const sort = parseCoreSort(reader);
          if (sort === undefined) {
            throw reader.error('expected a core function, table, memory, global or tag');
          }
          return { name, sort, index: reader.u32('an index') };
        }),
      };
    default:
      throw reader.error('expected a core instantiation or a list of core exports', start);
  }
}

function parseReference(reader: ByteReader, name: string): NamedReference {
  return { name, sort: parseSort(reader), index: reader.u32('an index') };
}

function parseExport(reader: ByteReader): DefinitionBody {
  return {
    kind: 'export',
    name: parseExternName(reader),
    target: { sort: parseSort(reader), index: reader.u32('an index') },
    extern: reader.optional('the type of an export', () => parseExtern(reader)),
  };
}

function parseStart(reader: ByteReader): DefinitionBody {
  reader.u32('a function');
  reader.list('arguments', () => reader.u32('a value'));
  const start = reader.offset;
  const count = reader.u32('the number of results');
  if (count > 1) throw reader.error('expected at most one result of a start function', start);
  return { kind: 'start', count };
}

function parseValue(reader: ByteReader): DefinitionBody {
  parseValType(reader);
  reader.bytes(reader.u32('the size of a value'), 'a value');
  return { kind: 'values', count: 1 };
}
