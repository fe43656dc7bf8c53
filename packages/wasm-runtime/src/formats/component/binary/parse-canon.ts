import type { ByteReader } from './byte-reader.js';
import type { CanonOptionsNode, DefinitionBody, ResourceBuiltin, StringEncoding } from './nodes.js';
import { parseResultList } from './parse-types.js';

/** What follows the code of a canonical built-in. */
type Immediate = 'index' | 'flag' | 'core-type' | 'results' | 'options';

interface Builtin {
  readonly name: string;
  readonly immediates: readonly Immediate[];
}

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#canonical-definitions

const resourceBuiltins: ReadonlyMap<number, ResourceBuiltin> = new Map([
  [0x02, 'new'],
  [0x03, 'drop'],
  [0x04, 'rep'],
]);

/** All those that only guests with asynchronous functions, streams or threads use. */
const builtins: ReadonlyMap<number, Builtin> = new Map<number, Builtin>([
  [0x05, { name: 'task.cancel', immediates: [] }],
  [0x06, { name: 'subtask.cancel', immediates: ['flag'] }],
  [0x07, { name: 'resource.drop async', immediates: ['index'] }], // until 2025
  [0x08, { name: 'backpressure.set', immediates: [] }], // until 2025
  [0x09, { name: 'task.return', immediates: ['results', 'options'] }],
  [0x0a, { name: 'context.get', immediates: ['core-type', 'index'] }],
  [0x0b, { name: 'context.set', immediates: ['core-type', 'index'] }],
  [0x0c, { name: 'thread.yield', immediates: ['flag'] }],
  [0x0d, { name: 'subtask.drop', immediates: [] }],
  [0x0e, { name: 'stream.new', immediates: ['index'] }],
  [0x0f, { name: 'stream.read', immediates: ['index', 'options'] }],
  [0x10, { name: 'stream.write', immediates: ['index', 'options'] }],
  [0x11, { name: 'stream.cancel-read', immediates: ['index', 'flag'] }],
  [0x12, { name: 'stream.cancel-write', immediates: ['index', 'flag'] }],
  [0x13, { name: 'stream.drop-readable', immediates: ['index'] }],
  [0x14, { name: 'stream.drop-writable', immediates: ['index'] }],
  [0x15, { name: 'future.new', immediates: ['index'] }],
  [0x16, { name: 'future.read', immediates: ['index', 'options'] }],
  [0x17, { name: 'future.write', immediates: ['index', 'options'] }],
  [0x18, { name: 'future.cancel-read', immediates: ['index', 'flag'] }],
  [0x19, { name: 'future.cancel-write', immediates: ['index', 'flag'] }],
  [0x1a, { name: 'future.drop-readable', immediates: ['index'] }],
  [0x1b, { name: 'future.drop-writable', immediates: ['index'] }],
  [0x1c, { name: 'error-context.new', immediates: ['options'] }],
  [0x1d, { name: 'error-context.debug-message', immediates: ['options'] }],
  [0x1e, { name: 'error-context.drop', immediates: [] }],
  [0x1f, { name: 'waitable-set.new', immediates: [] }],
  [0x20, { name: 'waitable-set.wait', immediates: ['flag', 'index'] }],
  [0x21, { name: 'waitable-set.poll', immediates: ['flag', 'index'] }],
  [0x22, { name: 'waitable-set.drop', immediates: [] }],
  [0x23, { name: 'waitable.join', immediates: [] }],
  [0x24, { name: 'backpressure.inc', immediates: [] }],
  [0x25, { name: 'backpressure.dec', immediates: [] }],
  [0x26, { name: 'thread.index', immediates: [] }],
  [0x27, { name: 'thread.new-indirect', immediates: ['index', 'index'] }],
  [0x28, { name: 'thread.resume-later', immediates: [] }],
  [0x29, { name: 'thread.suspend', immediates: ['flag'] }],
  [0x2a, { name: 'thread.suspend-then-resume', immediates: ['flag'] }],
  [0x2b, { name: 'thread.yield-then-resume', immediates: ['flag'] }],
  [0x2c, { name: 'thread.suspend-then-promote', immediates: ['flag'] }],
  [0x2d, { name: 'thread.yield-then-promote', immediates: ['flag'] }],
  [0x40, { name: 'thread.spawn-ref', immediates: ['flag', 'index'] }],
  [0x41, { name: 'thread.spawn-indirect', immediates: ['flag', 'index', 'index'] }],
  [0x42, { name: 'thread.available-parallelism', immediates: ['flag'] }],
]);

/** One canonical definition. `lift` makes a component function, everything else a core function. */
export function parseCanon(reader: ByteReader): DefinitionBody {
  const start = reader.offset;
  const opcode = reader.byte('a canonical definition');
  if (opcode === 0x00 || opcode === 0x01) {
    if (reader.byte('a function') !== 0x00) throw reader.error('expected a function to lift or lower', start);
    const func = reader.u32('a function');
    const options = parseOptions(reader);
    return opcode === 0x00
      ? { kind: 'lift', func, options, type: reader.u32('a function type') }
      : { kind: 'lower', func, options };
  }
  const resourceBuiltin = resourceBuiltins.get(opcode);
  if (resourceBuiltin !== undefined) {
    return { kind: 'resource-builtin', builtin: resourceBuiltin, resource: reader.u32('a resource') };
  }
  const builtin = builtins.get(opcode);
  if (builtin === undefined) {
    throw reader.error(
      `expected a canonical definition, found the unknown code 0x${opcode.toString(16)}: the component may be made for a newer version of the format`,
      start,
    );
  }
  for (const immediate of builtin.immediates) skipImmediate(reader, immediate);
  return { kind: 'other-builtin', name: builtin.name };
}

function skipImmediate(reader: ByteReader, immediate: Immediate): void {
  switch (immediate) {
    case 'index':
      reader.u32('an index');
      return;
    case 'flag':
    case 'core-type':
      reader.byte(immediate === 'flag' ? 'a flag' : 'a core value type');
      return;
    case 'results':
      parseResultList(reader);
      return;
    case 'options':
      parseOptions(reader);
      return;
  }
}

const encodings: ReadonlyMap<number, StringEncoding> = new Map([
  [0x00, 'utf8'],
  [0x01, 'utf16'],
  [0x02, 'latin1+utf16'],
]);

function parseOptions(reader: ByteReader): CanonOptionsNode {
  const options: { -readonly [K in keyof CanonOptionsNode]: CanonOptionsNode[K] } = { encoding: 'utf8' };
  reader.list('canonical options', () => {
    const start = reader.offset;
    const option = reader.byte('a canonical option');
    switch (option) {
      case 0x00:
      case 0x01:
      case 0x02:
        options.encoding = encodings.get(option) ?? 'utf8';
        return;
      case 0x03:
        options.memory = reader.u32('a memory');
        return;
      case 0x04:
        options.realloc = reader.u32('a function');
        return;
      case 0x05:
        options.postReturn = reader.u32('a function');
        return;
      case 0x06:
        options.other = 'async';
        return;
      case 0x07:
        reader.u32('a function');
        options.other = 'callback';
        return;
      case 0x08:
        reader.u32('a core type');
        options.other = 'core-type';
        return;
      case 0x09:
        options.other = 'gc';
        return;
      default:
        throw reader.error(
          `expected a canonical option, found the unknown code 0x${option.toString(16)}`,
          start,
        );
    }
  });
  return options;
}
