import type { Cursor } from './cursor.js';
import {
  type MalformedModuleError,
  type UnsupportedModuleError,
  unsupportedGarbageCollection,
} from './errors.js';

// https://webassembly.github.io/spec/core/binary/instructions.html

/** What is told about the instructions that matter to whoever rewrites a module. */
export interface InstructionVisitor {
  /** How many memories and tables the instructions may name. */
  readonly memoryCount: number;
  readonly tableCount: number;
  /** `table.set`, `.grow`, `.fill`, `.copy`, `.init`. */
  writesTable(): void;
  /** `data.drop`, `elem.drop`. */
  dropsSegment(): void;
  /** Any call of a function, tail calls included, that begins at `start`; the index of the callee where `call` says it. */
  calls(start: number, callee?: number): void;
  /** What begins at `start` takes long: it throws, or works on a part of a table that may be large. */
  takesLong(start: number): void;
  /** `loop`, whose body begins at `body`. */
  loop(body: number): void;
  /** `memory.size`, which takes the bytes from `start` up to where the cursor is, as do the following ones. */
  memorySize(memory: number, start: number): void;
  memoryGrow(memory: number, start: number): void;
  memoryFill(memory: number, start: number): void;
  memoryCopy(to: number, from: number, start: number): void;
  memoryInit(segment: number, memory: number, start: number): void;
}

export const opcodes = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Load: 0x28,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  bulk: 0xfc,
} as const;

/** What follows {@link opcodes.bulk}. */
export const bulkOpcodes = { memoryInit: 0x08, memoryCopy: 0x0a, memoryFill: 0x0b } as const;

/**
 * What follows an opcode of one byte; 0 stands for unknown ones. Those of `special` are told apart by
 * {@link visitSpecial}.
 */
const nothing = 1;
const number = 2;
const call = 3;
const indirectCall = 4;
const memoryArgument = 5;
const fourBytes = 6;
const eightBytes = 7;
const type = 8;
const loop = 9;
const special = 10;

const immediates = new Uint8Array(256);

function range(from: number, to: number, immediate: number): void {
  immediates.fill(immediate, from, to + 1);
}

range(0x00, 0x01, nothing); // unreachable, nop
range(0x02, 0x02, type); // block
range(0x03, 0x03, loop);
range(0x04, 0x04, type); // if
range(0x05, 0x05, nothing); // else
range(0x06, 0x06, type); // try
range(0x07, 0x07, number); // catch
range(0x08, 0x0a, special); // throw, rethrow, throw_ref
range(0x0b, 0x0b, nothing); // end
range(0x0c, 0x0d, number); // br, br_if
range(0x0e, 0x0e, special); // br_table
range(0x0f, 0x0f, nothing); // return
range(0x10, 0x10, call);
range(0x11, 0x11, indirectCall);
range(0x12, 0x12, call); // return_call
range(0x13, 0x13, indirectCall); // return_call_indirect
range(0x14, 0x15, call); // call_ref, return_call_ref
range(0x18, 0x18, number); // delegate
range(0x19, 0x1b, nothing); // catch_all, drop, select
range(0x1c, 0x1c, special); // select with types
range(0x1f, 0x1f, special); // try_table
range(0x20, 0x22, number); // local.get, local.set, local.tee
range(0x23, 0x24, number); // global.get, global.set
range(0x25, 0x26, special); // table.get, table.set
range(0x28, 0x3e, memoryArgument); // loads and stores
range(0x3f, 0x40, special); // memory.size, memory.grow
range(0x41, 0x41, number); // i32.const
range(0x42, 0x42, number); // i64.const
range(0x43, 0x43, fourBytes); // f32.const
range(0x44, 0x44, eightBytes); // f64.const
range(0x45, 0xc4, nothing); // numeric
range(0xd0, 0xd0, number); // ref.null
range(0xd1, 0xd1, nothing); // ref.is_null
range(0xd2, 0xd2, number); // ref.func
range(0xd4, 0xd4, nothing); // ref.as_non_null
range(0xd5, 0xd6, number); // br_on_null, br_on_non_null
range(0xfc, 0xfe, special); // bulk memory and tables, SIMD, atomics

/**
 * Reads the instructions up to the end of the cursor, or of a constant expression. Every instruction of a component passes
 * here while it is loaded, so the common ones are read in place. Numbers that are longer than they may be are read over:
 * V8 refuses them.
 *
 * @throws MalformedModuleError, UnsupportedModuleError
 */
export function visitInstructions(cursor: Cursor, visitor: InstructionVisitor, isConstant = false): void {
  const { bytes, end } = cursor;
  let { pos } = cursor;
  while (pos < end) {
    const opcode = bytes[pos++] as number;
    switch (immediates[opcode]) {
      case nothing:
        if (opcode !== opcodes.end || !isConstant) continue;
        cursor.pos = pos;
        return;
      case number:
        pos = afterNumber(bytes, pos);
        continue;
      case call:
        visitor.calls(pos - 1, opcode === opcodes.call ? numberAt(bytes, pos) : undefined);
        pos = afterNumber(bytes, pos);
        continue;
      case indirectCall:
        visitor.calls(pos - 1);
        pos = afterNumber(bytes, pos);
        assertTable(numberAt(bytes, pos), cursor, visitor);
        pos = afterNumber(bytes, pos);
        continue;
      case memoryArgument:
        if (((bytes[pos] as number) & hasMemoryIndex) !== 0) break;
        pos = afterNumber(bytes, afterNumber(bytes, pos));
        continue;
      case type:
        pos = afterType(bytes, pos);
        continue;
      case loop:
        pos = afterType(bytes, pos);
        visitor.loop(pos);
        continue;
      case fourBytes:
        pos += 4;
        continue;
      case eightBytes:
        pos += 8;
        continue;
      case special:
        break;
      default:
        cursor.pos = pos - 1;
        throw unknown(cursor, opcode);
    }
    cursor.pos = pos;
    visitSpecial(opcode, cursor, visitor);
    pos = cursor.pos;
  }
  cursor.pos = pos;
  if (pos > end || isConstant) throw cursor.error('expected the end of the instructions');
}

const unseen: InstructionVisitor = {
  memoryCount: Number.POSITIVE_INFINITY,
  tableCount: Number.POSITIVE_INFINITY,
  writesTable() {},
  dropsSegment() {},
  calls() {},
  takesLong() {},
  loop() {},
  memorySize() {},
  memoryGrow() {},
  memoryFill() {},
  memoryCopy() {},
  memoryInit() {},
};

/**
 * A constant expression.
 *
 * @throws MalformedModuleError, UnsupportedModuleError
 */
export function skipConstant(cursor: Cursor): void {
  visitInstructions(cursor, unseen, true);
}

function afterNumber(bytes: Uint8Array, start: number): number {
  let pos = start;
  // Beyond the end there is `undefined`, which ends the loop.
  while ((bytes[pos++] as number) >= 0x80);
  return pos;
}

/** An unsigned number of up to 32 bits; of what is longer, anything. */
function numberAt(bytes: Uint8Array, start: number): number {
  const first = bytes[start] as number;
  if (first < 0x80) return first;
  let value = first & 0x7f;
  for (let pos = start + 1, shift = 7; shift < 35; pos++, shift += 7) {
    const byte = bytes[pos] as number;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return value;
}

/** Behind those that the module has there are some that are none of its business. */
function assertTable(table: number, cursor: Cursor, { tableCount }: InstructionVisitor): void {
  if (table >= tableCount) throw cursor.error(`expected table ${table} to be defined`);
}

function assertMemory(memory: number, cursor: Cursor, { memoryCount }: InstructionVisitor): void {
  if (memory >= memoryCount) throw cursor.error(`expected memory ${memory} to be defined`);
}

/** In the alignment of a memory argument. */
const hasMemoryIndex = 0x40;

function visitSpecial(opcode: number, cursor: Cursor, visitor: InstructionVisitor): void {
  const start = cursor.pos - 1;
  switch (opcode) {
    case 0x08: // throw
    case 0x09: // rethrow
      cursor.skipLeb(5);
      visitor.takesLong(start);
      return;
    case 0x0a: // throw_ref
      visitor.takesLong(start);
      return;
    case 0x0e: // br_table
      cursor.each(() => cursor.skipLeb(5));
      cursor.skipLeb(5);
      return;
    case 0x1c: // select with types
      cursor.each(() => skipType(cursor));
      return;
    case 0x1f: // try_table
      skipType(cursor);
      cursor.each(() => skipCatch(cursor));
      return;
    case 0x25: // table.get
      readTable(cursor, visitor);
      return;
    case 0x26: // table.set
      readTable(cursor, visitor);
      visitor.writesTable();
      return;
    case opcodes.memorySize:
      visitor.memorySize(readMemory(cursor, visitor), start);
      return;
    case opcodes.memoryGrow:
      visitor.memoryGrow(readMemory(cursor, visitor), start);
      return;
    case opcodes.bulk:
      visitBulk(cursor, visitor, start);
      return;
    case 0xfd:
      skipSimd(cursor, visitor);
      return;
    case 0xfe:
      skipAtomic(cursor, visitor);
      return;
    default:
      skipMemoryArgument(cursor, visitor);
  }
}

function readTable(cursor: Cursor, visitor: InstructionVisitor): void {
  assertTable(cursor.u32(), cursor, visitor);
}

function readMemory(cursor: Cursor, visitor: InstructionVisitor): number {
  const memory = cursor.u32();
  assertMemory(memory, cursor, visitor);
  return memory;
}

function visitBulk(cursor: Cursor, visitor: InstructionVisitor, start: number): void {
  const opcode = cursor.u32();
  if (opcode <= 0x07) return; // saturating truncations
  switch (opcode) {
    case bulkOpcodes.memoryInit: {
      const segment = cursor.u32();
      visitor.memoryInit(segment, readMemory(cursor, visitor), start);
      return;
    }
    case bulkOpcodes.memoryCopy: {
      const to = readMemory(cursor, visitor);
      visitor.memoryCopy(to, readMemory(cursor, visitor), start);
      return;
    }
    case bulkOpcodes.memoryFill:
      visitor.memoryFill(readMemory(cursor, visitor), start);
      return;
    case 0x09: // data.drop
    case 0x0d: // elem.drop
      cursor.skipLeb(5);
      visitor.dropsSegment();
      return;
    case 0x10: // table.size
      readTable(cursor, visitor);
      return;
    case 0x0c: // table.init
      cursor.skipLeb(5);
      readTable(cursor, visitor);
      break;
    case 0x0e: // table.copy
      readTable(cursor, visitor);
      readTable(cursor, visitor);
      break;
    case 0x0f: // table.grow
    case 0x11: // table.fill
      readTable(cursor, visitor);
      break;
    default:
      throw unknown(cursor, opcode, 0xfc);
  }
  visitor.writesTable();
  visitor.takesLong(start);
}

function skipSimd(cursor: Cursor, visitor: InstructionVisitor): void {
  const opcode = cursor.u32();
  if (opcode <= 0x0b || opcode === 0x5c || opcode === 0x5d) {
    skipMemoryArgument(cursor, visitor); // loads and the store
  } else if (opcode === 0x0c || opcode === 0x0d) {
    cursor.skip(16); // v128.const, i8x16.shuffle
  } else if (opcode >= 0x15 && opcode <= 0x22) {
    cursor.skip(1); // extract and replace lanes
  } else if (opcode >= 0x54 && opcode <= 0x5b) {
    skipMemoryArgument(cursor, visitor); // loads and stores of one lane
    cursor.skip(1);
  } else if (opcode > 0x113) {
    throw unknown(cursor, opcode, 0xfd); // after the last one of relaxed SIMD
  }
}

function skipAtomic(cursor: Cursor, visitor: InstructionVisitor): void {
  const opcode = cursor.u32();
  if (opcode === 0x03)
    cursor.skip(1); // atomic.fence
  else if (opcode <= 0x02 || (opcode >= 0x10 && opcode <= 0x4e)) skipMemoryArgument(cursor, visitor);
  else throw unknown(cursor, opcode, 0xfe);
}

function skipMemoryArgument(cursor: Cursor, visitor: InstructionVisitor): void {
  const alignment = cursor.u32();
  if ((alignment & hasMemoryIndex) !== 0) readMemory(cursor, visitor);
  cursor.skipLeb(10);
}

function skipCatch(cursor: Cursor): void {
  const kind = cursor.byte();
  if (kind > 0x03) throw cursor.error('expected a catch clause');
  if (kind <= 0x01) cursor.skipLeb(5); // the tag
  cursor.skipLeb(5);
}

/** A value type, or the type of a block: a form of one byte, a reference with its heap type, or an index. */
export function skipType(cursor: Cursor): void {
  cursor.skip(afterType(cursor.bytes, cursor.pos) - cursor.pos);
}

function afterType(bytes: Uint8Array, start: number): number {
  const form = bytes[start];
  return afterNumber(bytes, form === 0x63 || form === 0x64 ? start + 1 : start);
}

/** Prefix of the instructions of the garbage collection proposal. */
const garbageCollection = 0xfb;

/** An instruction of a proposal that V8 may run, but of which nobody here knows what it does. */
function unknown(
  cursor: Cursor,
  opcode: number,
  prefix?: number,
): MalformedModuleError | UnsupportedModuleError {
  if (opcode === garbageCollection && prefix === undefined) return unsupportedGarbageCollection();
  const code = prefix === undefined ? hex(opcode) : `${hex(prefix)} ${hex(opcode)}`;
  return cursor.error(`found the unknown instruction ${code}`);
}

function hex(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')}`;
}
