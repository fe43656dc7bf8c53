import type { ByteReader } from './byte-reader.js';
import type {
  BuiltinNode,
  CancelCopyBuiltin,
  CopyBuiltin,
  DefinitionBody,
  EndBuiltin,
  PlainBuiltin,
  SwitchBuiltin,
} from './nodes.js';
import { parseCanonOptions } from './parse-canon-options.js';
import { parseResultList } from './parse-types.js';

// https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#canonical-definitions

type Parse = (reader: ByteReader) => BuiltinNode;

const flag = (reader: ByteReader): boolean => {
  const start = reader.offset;
  const value = reader.byte('a flag');
  if (value > 1) throw reader.error(`expected a flag, found 0x${value.toString(16)}`, start);
  return value === 1;
};

const plain =
  (name: PlainBuiltin): Parse =>
  () => ({ name });

const context =
  (name: 'context.get' | 'context.set'): Parse =>
  (reader) => ({ name, width: parseWidth(reader), slot: reader.u32('a context slot') });

const switching =
  (name: SwitchBuiltin): Parse =>
  (reader) => ({ name, cancellable: flag(reader) });

const end =
  (name: EndBuiltin): Parse =>
  (reader) => ({ name, type: reader.u32('a type') });

const copy =
  (name: CopyBuiltin): Parse =>
  (reader) => ({ name, type: reader.u32('a type'), options: parseCanonOptions(reader) });

const cancelCopy =
  (name: CancelCopyBuiltin): Parse =>
  (reader) => ({ name, type: reader.u32('a type'), async: flag(reader) });

const errorContext =
  (name: 'error-context.new' | 'error-context.debug-message'): Parse =>
  (reader) => ({ name, options: parseCanonOptions(reader) });

const waiting =
  (name: 'waitable-set.wait' | 'waitable-set.poll'): Parse =>
  (reader) => ({ name, cancellable: flag(reader), memory: reader.u32('a memory') });

const builtins: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [0x05, plain('task.cancel')],
  [0x06, (reader) => ({ name: 'subtask.cancel', async: flag(reader) })],
  [
    0x09,
    (reader) => ({
      name: 'task.return',
      result: parseResultList(reader),
      options: parseCanonOptions(reader),
    }),
  ],
  [0x0a, context('context.get')],
  [0x0b, context('context.set')],
  [0x0c, switching('thread.yield')],
  [0x0d, plain('subtask.drop')],
  [0x0e, end('stream.new')],
  [0x0f, copy('stream.read')],
  [0x10, copy('stream.write')],
  [0x11, cancelCopy('stream.cancel-read')],
  [0x12, cancelCopy('stream.cancel-write')],
  [0x13, end('stream.drop-readable')],
  [0x14, end('stream.drop-writable')],
  [0x15, end('future.new')],
  [0x16, copy('future.read')],
  [0x17, copy('future.write')],
  [0x18, cancelCopy('future.cancel-read')],
  [0x19, cancelCopy('future.cancel-write')],
  [0x1a, end('future.drop-readable')],
  [0x1b, end('future.drop-writable')],
  [0x1c, errorContext('error-context.new')],
  [0x1d, errorContext('error-context.debug-message')],
  [0x1e, plain('error-context.drop')],
  [0x1f, plain('waitable-set.new')],
  [0x20, waiting('waitable-set.wait')],
  [0x21, waiting('waitable-set.poll')],
  [0x22, plain('waitable-set.drop')],
  [0x23, plain('waitable.join')],
  [0x24, plain('backpressure.inc')],
  [0x25, plain('backpressure.dec')],
  [0x26, plain('thread.index')],
  [
    0x27,
    (reader) => {
      reader.u32('a core type');
      return { name: 'thread.new-indirect', table: reader.u32('a table') };
    },
  ],
  [0x28, plain('thread.resume-later')],
  [0x29, switching('thread.suspend')],
  [0x2a, switching('thread.suspend-then-resume')],
  [0x2b, switching('thread.yield-then-resume')],
  [0x2c, switching('thread.suspend-then-promote')],
  [0x2d, switching('thread.yield-then-promote')],
]);

interface OtherBuiltin {
  readonly name: string;
  /** How many numbers follow the code; flags are numbers, too. */
  readonly immediates: number;
}

/** Those that are no longer in the format, or of proposals that nothing here goes by. */
const otherBuiltins: ReadonlyMap<number, OtherBuiltin> = new Map([
  [0x07, { name: 'resource.drop async', immediates: 1 }], // until 2025
  [0x08, { name: 'backpressure.set', immediates: 0 }], // until 2025
  [0x40, { name: 'thread.spawn-ref', immediates: 2 }],
  [0x41, { name: 'thread.spawn-indirect', immediates: 3 }],
  [0x42, { name: 'thread.available-parallelism', immediates: 1 }],
]);

/** What follows the code of a built-in; `undefined` for a code that is none. */
export function parseBuiltin(opcode: number, reader: ByteReader): DefinitionBody | undefined {
  const parse = builtins.get(opcode);
  if (parse !== undefined) return { kind: 'builtin', builtin: parse(reader) };
  const other = otherBuiltins.get(opcode);
  if (other === undefined) return undefined;
  for (let i = 0; i < other.immediates; i++) reader.u32('an immediate');
  return { kind: 'other-builtin', name: other.name };
}

function parseWidth(reader: ByteReader): 'i32' | 'i64' {
  const start = reader.offset;
  switch (reader.byte('a core value type')) {
    case 0x7f:
      return 'i32';
    case 0x7e:
      return 'i64';
    default:
      throw reader.error('expected a context slot of i32 or i64', start);
  }
}
