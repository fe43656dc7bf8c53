import { type AddressType, constant, valueTypes } from './added-functions.js';
import { leb } from './encode.js';
import { bulkOpcodes, opcodes } from './instructions.js';

// Functions that a rewritten module calls where it had an instruction.

/** Instructions in the binary format, or a whole function with its locals. */
export type InstructionBytes = readonly number[];

/** Most bytes that one `memory.copy` or `memory.fill` changes before the host is asked: 20 to 100 µs of work. */
export const bulkChunkBytes: number = 1024 * 1024;

const empty = 0x40;
const { end, localGet, localSet, localTee, call, brIf, block, loop, select } = opcodes;
const [i32Sub, i32LtU, i32Eq] = [0x6b, 0x49, 0x46];
const numeric = {
  i32: { add: 0x6a, sub: i32Sub, ltU: i32LtU, gtU: 0x4b, minusOne: [0x41, 0x7f], equal: i32Eq },
  i64: { add: 0x7c, sub: 0x7d, ltU: 0x54, gtU: 0x56, minusOne: [0x42, 0x7f], equal: 0x51 },
} as const;
const [i64Eqz, i64Shl, i64Wrap, i64Extend] = [0x50, 0x86, 0xa7, 0xad];

/** Calls what stands in a slot of a table. */
export function callSlot(slot: number, type: number, table: number): InstructionBytes {
  return [...constant('i32', slot), opcodes.callIndirect, ...leb(type), ...leb(table)];
}

/** A memory, as far as instructions depend on it. */
export interface AddressedMemory {
  readonly index: number;
  readonly type: AddressType;
}

/** `memory.grow` by the size in a global: what the memory has already is handed out again, the rest is grown. */
export function growFunction({ index, type }: AddressedMemory, pages: number): InstructionBytes {
  const n = numeric[type];
  const size = [opcodes.memorySize, ...leb(index)];
  const grow = [opcodes.memoryGrow, ...leb(index)];
  const refuse = [opcodes.if, empty, ...n.minusOne, opcodes.return, end];
  return [
    ...[0x01, 0x02, valueTypes[type]], // locals: 1 the old size, 2 the new one
    ...[opcodes.globalGet, ...leb(pages), localTee, 0x01], // old = pages
    ...[localGet, 0x00, n.add, localTee, 0x02], // new = old + delta
    ...[localGet, 0x01, n.ltU, ...refuse], // new < old: the sum is too large
    ...[localGet, 0x02, ...size, n.gtU, opcodes.if, empty], // if new > memory.size
    ...[localGet, 0x02, ...size, n.sub, ...grow, ...n.minusOne, n.equal, ...refuse], // memory.grow(new - memory.size) failed
    end,
    ...[localGet, 0x02, opcodes.globalSet, ...leb(pages)],
    ...[localGet, 0x01, end],
  ];
}

/** The size of a memory, from its global. */
export function sizeFunction(pages: number): InstructionBytes {
  return [0x00, opcodes.globalGet, ...leb(pages), end];
}

/**
 * `memory.fill` in pieces, with a call of `check` between them. What is short, or would trap, is one instruction: a fill that
 * does not fit changes nothing.
 */
export function fillFunction(memory: AddressedMemory, check: number): InstructionBytes {
  const [to, value, length, TO, LENGTH, PART] = [0, 1, 2, 3, 4, 5];
  const instruction = [opcodes.bulk, bulkOpcodes.memoryFill, ...leb(memory.index)];
  return [
    ...[0x01, 0x03, valueTypes.i64],
    ...[...widen(memory.type, to), localSet, TO, ...widen(memory.type, length), localSet, LENGTH],
    ...[block, empty, ...isShort(LENGTH), brIf, 0, ...isBeyond(memory, TO, LENGTH), loop, empty],
    ...[call, ...leb(check), ...nextPart(LENGTH, PART)],
    ...[...narrow(memory.type, TO), localGet, value, ...narrow(memory.type, PART), ...instruction],
    ...[...change(TO, numeric.i64.add, PART), ...change(LENGTH, numeric.i64.sub, PART)],
    ...[localGet, LENGTH, i64Eqz, 0x45, brIf, 0, end, opcodes.return, end],
    ...[localGet, to, localGet, value, localGet, length, ...instruction, end],
  ];
}

/** `memory.copy` in pieces, as {@link fillFunction}; from the end where source and target may overlap so. */
export function copyFunction(to: AddressedMemory, from: AddressedMemory, check: number): InstructionBytes {
  const [target, source, length, TO, FROM, LENGTH, PART] = [0, 1, 2, 3, 4, 5, 6];
  const lengthType = copyLengthType(to, from);
  const instruction = [opcodes.bulk, bulkOpcodes.memoryCopy, ...leb(to.index), ...leb(from.index)];
  const copyPart = [
    ...[...narrow(to.type, TO), ...narrow(from.type, FROM), ...narrow(lengthType, PART), ...instruction],
  ];
  const again = [localGet, LENGTH, i64Eqz, 0x45, brIf, 0, end, opcodes.return];
  const backwards = [
    ...[localGet, FROM, localGet, TO, numeric.i64.ltU, opcodes.if, empty],
    ...[...change(TO, numeric.i64.add, LENGTH), ...change(FROM, numeric.i64.add, LENGTH)],
    ...[loop, empty, call, ...leb(check), ...nextPart(LENGTH, PART)],
    ...[...change(TO, numeric.i64.sub, PART), ...change(FROM, numeric.i64.sub, PART), ...copyPart],
    ...[...change(LENGTH, numeric.i64.sub, PART), ...again, end],
  ];
  return [
    ...[0x01, 0x04, valueTypes.i64],
    ...[...widen(to.type, target), localSet, TO, ...widen(from.type, source), localSet, FROM],
    ...[...widen(lengthType, length), localSet, LENGTH],
    ...[
      block,
      empty,
      ...isShort(LENGTH),
      brIf,
      0,
      ...isBeyond(to, TO, LENGTH),
      ...isBeyond(from, FROM, LENGTH),
    ],
    ...(to.index === from.index ? backwards : []),
    ...[loop, empty, call, ...leb(check), ...nextPart(LENGTH, PART), ...copyPart],
    ...[...change(TO, numeric.i64.add, PART), ...change(FROM, numeric.i64.add, PART)],
    ...[...change(LENGTH, numeric.i64.sub, PART), ...again, end],
    ...[localGet, target, localGet, source, localGet, length, ...instruction, end],
  ];
}

/** https://webassembly.github.io/spec/core/valid/instructions.html: the smaller of the two. */
export function copyLengthType(to: AddressedMemory, from: AddressedMemory): AddressType {
  return to.type === 'i64' && from.type === 'i64' ? 'i64' : 'i32';
}

/** A local as an i64. */
function widen(type: AddressType, local: number): InstructionBytes {
  return type === 'i64' ? [localGet, local] : [localGet, local, i64Extend];
}

/** A local that is an i64, as an address. */
function narrow(type: AddressType, local: number): InstructionBytes {
  return type === 'i64' ? [localGet, local] : [localGet, local, i64Wrap];
}

function change(local: number, operation: number, by: number): InstructionBytes {
  return [localGet, local, localGet, by, operation, localSet, local];
}

function isShort(length: number): InstructionBytes {
  return [localGet, length, ...constant('i64', bulkChunkBytes), numeric.i64.gtU, 0x45];
}

/** Leaves the block when a range ends behind the memory. */
function isBeyond({ index, type }: AddressedMemory, start: number, length: number): InstructionBytes {
  const size = [opcodes.memorySize, ...leb(index), ...(type === 'i32' ? [i64Extend] : []), 0x42, 16, i64Shl];
  return [
    ...[localGet, length, ...size, numeric.i64.gtU, brIf, 0],
    ...[localGet, start, ...size, localGet, length, numeric.i64.sub, numeric.i64.gtU, brIf, 0],
  ];
}

/** part = min(length, chunk) */
function nextPart(length: number, part: number): InstructionBytes {
  const chunk = constant('i64', bulkChunkBytes);
  return [
    ...[localGet, length, ...chunk, localGet, length, ...chunk, numeric.i64.ltU, select, localSet, part],
  ];
}

/** Whatever stands in the first slot of the table is called, in one instruction of the caller. */
export function checkFunction(type: number, table: number): InstructionBytes {
  return [0x00, ...callSlot(0, type, table), end];
}
