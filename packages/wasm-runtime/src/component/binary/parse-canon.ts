import type { ByteReader } from './byte-reader.js';
import type { DefinitionBody } from './nodes.js';
import { parseResultList } from './parse-types.js';

/** What follows the code of a canonical built-in. */
type Immediate = 'index' | 'flag' | 'core-type' | 'results' | 'options';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#canonical-definitions
const builtins: ReadonlyMap<number, readonly Immediate[]> = new Map<number, readonly Immediate[]>([
  [0x02, ['index']], // resource.new
  [0x03, ['index']], // resource.drop
  [0x04, ['index']], // resource.rep
  [0x05, []], // task.cancel
  [0x06, ['flag']], // subtask.cancel
  [0x07, ['index']], // resource.drop async, until 2025
  [0x08, []], // backpressure.set, until 2025
  [0x09, ['results', 'options']], // task.return
  [0x0a, ['core-type', 'index']], // context.get
  [0x0b, ['core-type', 'index']], // context.set
  [0x0c, ['flag']], // thread.yield
  [0x0d, []], // subtask.drop
  [0x0e, ['index']], // stream.new
  [0x0f, ['index', 'options']], // stream.read
  [0x10, ['index', 'options']], // stream.write
  [0x11, ['index', 'flag']], // stream.cancel-read
  [0x12, ['index', 'flag']], // stream.cancel-write
  [0x13, ['index']], // stream.drop-readable
  [0x14, ['index']], // stream.drop-writable
  [0x15, ['index']], // future.new
  [0x16, ['index', 'options']], // future.read
  [0x17, ['index', 'options']], // future.write
  [0x18, ['index', 'flag']], // future.cancel-read
  [0x19, ['index', 'flag']], // future.cancel-write
  [0x1a, ['index']], // future.drop-readable
  [0x1b, ['index']], // future.drop-writable
  [0x1c, ['options']], // error-context.new
  [0x1d, ['options']], // error-context.debug-message
  [0x1e, []], // error-context.drop
  [0x1f, []], // waitable-set.new
  [0x20, ['flag', 'index']], // waitable-set.wait
  [0x21, ['flag', 'index']], // waitable-set.poll
  [0x22, []], // waitable-set.drop
  [0x23, []], // waitable.join
  [0x24, []], // backpressure.inc
  [0x25, []], // backpressure.dec
  [0x26, []], // thread.index
  [0x27, ['index', 'index']], // thread.new-indirect
  [0x28, []], // thread.resume-later
  [0x29, ['flag']], // thread.suspend
  [0x2a, ['flag']], // thread.suspend-then-resume
  [0x2b, ['flag']], // thread.yield-then-resume
  [0x2c, ['flag']], // thread.suspend-then-promote
  [0x2d, ['flag']], // thread.yield-then-promote
  [0x40, ['flag', 'index']], // thread.spawn-ref
  [0x41, ['flag', 'index', 'index']], // thread.spawn-indirect
  [0x42, ['flag']], // thread.available-parallelism
]);

/**
 * One canonical definition. Only `lift` makes a component function; everything else makes a core function and is
 * read over.
 */
export function parseCanon(reader: ByteReader): DefinitionBody {
  const start = reader.offset;
  const opcode = reader.byte('a canonical definition');
  if (opcode === 0x00 || opcode === 0x01) {
    if (reader.byte('a function') !== 0x00) throw reader.error('expected a function to lift or lower', start);
    reader.u32('a function');
    skipOptions(reader);
    return opcode === 0x00 ? { kind: 'lift', type: reader.u32('a function type') } : { kind: 'core' };
  }
  const immediates = builtins.get(opcode);
  if (immediates === undefined) {
    throw reader.error(
      `expected a canonical definition, found the unknown code 0x${opcode.toString(16)}: the component may be made for a newer version of the format`,
      start,
    );
  }
  for (const immediate of immediates) skipImmediate(reader, immediate);
  return { kind: 'core' };
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
      skipOptions(reader);
      return;
  }
}

function skipOptions(reader: ByteReader): void {
  reader.list('canonical options', () => {
    const start = reader.offset;
    const option = reader.byte('a canonical option');
    switch (option) {
      case 0x00: // utf8
      case 0x01: // utf16
      case 0x02: // latin1+utf16
      case 0x06: // async
      case 0x09: // gc
        return;
      case 0x03: // memory
      case 0x04: // realloc
      case 0x05: // post-return
      case 0x07: // callback
      case 0x08: // core-type
        reader.u32('an index');
        return;
      default:
        throw reader.error(
          `expected a canonical option, found the unknown code 0x${option.toString(16)}`,
          start,
        );
    }
  });
}
