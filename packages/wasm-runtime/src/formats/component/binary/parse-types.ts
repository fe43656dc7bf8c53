import type { PrimitiveKind } from '@wasmlattice/rpc';
import { maxNesting } from '../limits.js';
import type { ByteReader } from './byte-reader.js';
import type {
  CaseNode,
  CoreSort,
  Definition,
  DefinitionBody,
  ExternNode,
  FieldNode,
  Sort,
  TypeNode,
  ValTypeNode,
} from './nodes.js';
import { skipCoreType } from './skip-core-type.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#type-definitions

const primitives: ReadonlyMap<number, PrimitiveKind> = new Map([
  [0x7f, 'bool'],
  [0x7e, 's8'],
  [0x7d, 'u8'],
  [0x7c, 's16'],
  [0x7b, 'u16'],
  [0x7a, 's32'],
  [0x79, 'u32'],
  [0x78, 's64'],
  [0x77, 'u64'],
  [0x76, 'f32'],
  [0x75, 'f64'],
  [0x74, 'char'],
  [0x73, 'string'],
  [0x64, 'error-context'],
]);

/** One entry of a type section, or of a `type` declaration. */
export function parseType(reader: ByteReader, depth: number): TypeNode {
  const start = reader.offset;
  if (depth > maxNesting) throw reader.error(`expected at most ${maxNesting} types within one another`);
  const opcode = reader.byte('a type');
  const primitive = primitives.get(opcode);
  if (primitive !== undefined) return { kind: 'primitive', primitive };
  const value = (): ValTypeNode => parseValType(reader);
  switch (opcode) {
    case 0x72:
      return { kind: 'record', fields: parseFields(reader, 'record fields') };
    case 0x71:
      return { kind: 'variant', cases: reader.list('variant cases', () => parseCase(reader)) };
    case 0x70:
      return { kind: 'list', element: value() };
    case 0x6f:
      return { kind: 'tuple', items: reader.list('tuple items', value) };
    case 0x6e:
      return { kind: 'flags', flags: reader.list('flags', () => reader.name('a flag')) };
    case 0x6d:
      return { kind: 'enum', cases: reader.list('enum cases', () => reader.name('an enum case')) };
    case 0x6b:
      return { kind: 'option', some: value() };
    case 0x6a:
      return {
        kind: 'result',
        ok: reader.optional('the ok type of a result', value),
        err: reader.optional('the error type of a result', value),
      };
    case 0x69:
      return { kind: 'own', resource: reader.u32('a resource type') };
    case 0x68:
      return { kind: 'borrow', resource: reader.u32('a resource type') };
    case 0x67:
      return { kind: 'fixed-list', element: value(), length: reader.u32('the length of a list') };
    case 0x66:
      return { kind: 'stream', element: reader.optional('the element type of a stream', value) };
    case 0x65:
      return { kind: 'future', value: reader.optional('the value type of a future', value) };
    case 0x63:
      return { kind: 'map', key: value(), value: value() };
    case 0x40:
    case 0x43:
      return {
        kind: 'func',
        async: opcode === 0x43,
        params: parseFields(reader, 'parameters'),
        result: parseResultList(reader),
      };
    case 0x3f: {
      reader.byte('the representation of a resource');
      const destructor = reader.optional('the destructor of a resource', () => reader.u32('a core function'));
      return { kind: 'resource', destructor };
    }
    case 0x41:
      return {
        kind: 'component',
        definitions: parseDeclarations(reader, depth + 1, 'component'),
      };
    case 0x42:
      return { kind: 'instance', definitions: parseDeclarations(reader, depth + 1, 'instance') };
    default:
      throw reader.error(`expected a type, found the unknown type code 0x${opcode.toString(16)}`, start);
  }
}

/** A primitive or a type index, which share one signed LEB128 number: negative ones are primitives. */
export function parseValType(reader: ByteReader): ValTypeNode {
  const start = reader.offset;
  const first = reader.peek();
  if (first === undefined || (first & 0xc0) !== 0x40) {
    const index = reader.u32('a value type');
    return index;
  }
  reader.byte('a value type');
  const primitive = primitives.get(first);
  if (primitive === undefined) {
    throw reader.error(`expected a value type, found the unknown type code 0x${first.toString(16)}`, start);
  }
  return primitive;
}

/** `0x00` and the type, or `0x01 0x00` for no result. */
export function parseResultList(reader: ByteReader): ValTypeNode | undefined {
  const start = reader.offset;
  const form = reader.byte('the result of a function');
  if (form === 0x00) return parseValType(reader);
  if (form === 0x01 && reader.byte('the end of the results') === 0x00) return undefined;
  throw reader.error('expected one result or none: named results are no longer part of the format', start);
}

export function parseExtern(reader: ByteReader): ExternNode {
  const start = reader.offset;
  switch (reader.byte('the kind of an import or export')) {
    case 0x00:
      if (reader.byte('a core module') !== 0x11) throw reader.error('expected a core module', start);
      reader.u32('a core type');
      return { sort: 'core-module' };
    case 0x01:
      return { sort: 'func', type: reader.u32('a function type') };
    case 0x02:
      switch (reader.byte('the bound of a value')) {
        case 0x00:
          reader.u32('a value');
          return { sort: 'value' };
        case 0x01:
          parseValType(reader);
          return { sort: 'value' };
        default:
          throw reader.error('expected the bound of a value', start);
      }
    case 0x03:
      switch (reader.byte('the bound of a type')) {
        case 0x00:
          return { sort: 'type', equals: reader.u32('a type') };
        case 0x01:
          return { sort: 'type', equals: undefined };
        default:
          throw reader.error('expected a type equal to another or a resource', start);
      }
    case 0x04:
      return { sort: 'component', type: reader.u32('a component type') };
    case 0x05:
      return { sort: 'instance', type: reader.u32('an instance type') };
    default:
      throw reader.error('expected a module, function, value, type, component or instance', start);
  }
}

/** What an import or export is called, and which interface it says that it implements. */
export interface ExternName {
  readonly name: string;
  readonly implements: string | undefined;
}

/** The name of an import or export with its attributes (`0x02`). */
export function parseImportName(reader: ByteReader): ExternName {
  const start = reader.offset;
  const form = reader.byte('the name of an import or export');
  if (form > 0x02) throw reader.error('expected the name of an import or export', start);
  const name = reader.name('the name of an import or export');
  let implemented: string | undefined;
  if (form === 0x02) {
    reader.list('name attributes', () => {
      const kind = reader.byte('a name attribute');
      if (kind > 0x02) throw reader.error(`unknown name attribute 0x${kind.toString(16)}`);
      const value = reader.name('a name attribute');
      if (kind === 0x00) implemented = value;
    });
  }
  return { name, implements: implemented };
}

/** Without attributes, which only say what a host may make of a name. */
export function parseExternName(reader: ByteReader): string {
  return parseImportName(reader).name;
}

export function parseSort(reader: ByteReader): Sort {
  const start = reader.offset;
  switch (reader.byte('a sort')) {
    case 0x00:
      return reader.byte('a core sort') === coreModuleSort ? 'core-module' : 'core';
    case 0x01:
      return 'func';
    case 0x02:
      return 'value';
    case 0x03:
      return 'type';
    case 0x04:
      return 'component';
    case 0x05:
      return 'instance';
    default:
      throw reader.error('expected a core item, function, value, type, component or instance', start);
  }
}

export function parseAlias(reader: ByteReader): DefinitionBody {
  const sortStart = reader.offset;
  const coreSort = peekCoreSort(reader);
  const sort = parseSort(reader);
  const isCore = sort === 'core' || sort === 'core-module';
  const start = reader.offset;
  switch (reader.byte('the target of an alias')) {
    case 0x00:
      return {
        kind: 'alias-export',
        sort,
        instance: reader.u32('an instance'),
        name: reader.name('an export name'),
      };
    case 0x01: {
      const instance = reader.u32('a core instance');
      const name = reader.name('a core export name');
      if (!isCore) throw reader.error('expected a core item from a core instance', start);
      if (coreSort === undefined) {
        throw reader.error('expected a core function, table, memory, global or tag', sortStart);
      }
      return { kind: 'core-alias', sort: coreSort, instance, name };
    }
    case 0x02:
      return {
        kind: 'alias-outer',
        sort,
        count: reader.u32('the number of enclosing components'),
        index: reader.u32('an index'),
      };
    default:
      throw reader.error('expected an export, a core export or an outer definition', start);
  }
}

const coreModuleSort = 0x11;

const coreSorts: ReadonlyMap<number, CoreSort> = new Map([
  [0x00, 'func'],
  [0x01, 'table'],
  [0x02, 'memory'],
  [0x03, 'global'],
  [0x04, 'tag'],
]);

/** What a core instance may export; `undefined` for types, modules and instances. */
export function parseCoreSort(reader: ByteReader): CoreSort | undefined {
  return coreSorts.get(reader.byte('a core sort'));
}

/** Of a sort that is still to be read; `undefined` when it is none of the core language. */
function peekCoreSort(reader: ByteReader): CoreSort | undefined {
  return reader.peek() === 0x00 ? coreSorts.get(reader.peek(1) ?? -1) : undefined;
}

function parseDeclarations(reader: ByteReader, depth: number, of: 'component' | 'instance'): Definition[] {
  return reader.list(`declarations of ${of === 'component' ? 'a component' : 'an instance'} type`, () => {
    const offset = reader.offset;
    return { ...parseDeclaration(reader, depth, of), offset };
  });
}

function parseDeclaration(reader: ByteReader, depth: number, of: 'component' | 'instance'): DefinitionBody {
  const start = reader.offset;
  const form = reader.byte('a declaration');
  switch (form) {
    case 0x00:
      skipCoreType(reader, depth);
      return { kind: 'core' };
    case 0x01:
      return { kind: 'type', type: parseType(reader, depth) };
    case 0x02:
      return parseAlias(reader);
    case 0x03:
      if (of === 'instance') break;
      return { kind: 'import', ...parseImportName(reader), extern: parseExtern(reader) };
    case 0x04:
      return { kind: 'export-type', name: parseExternName(reader), extern: parseExtern(reader) };
  }
  throw reader.error(`expected a declaration of an ${of} type, found 0x${form.toString(16)}`, start);
}

function parseFields(reader: ByteReader, expected: string): FieldNode[] {
  return reader.list(expected, () => ({ name: reader.name('a label'), type: parseValType(reader) }));
}

function parseCase(reader: ByteReader): CaseNode {
  const name = reader.name('a variant case');
  const type = reader.optional('the type of a variant case', () => parseValType(reader));
  const end = reader.offset;
  if (reader.byte('the end of a variant case') !== 0x00)
    throw reader.error('expected 0x00 after a variant case', end);
  return { name, type };
}
