import { type AddressType, constant, valueTypes } from './added-functions.js';
import { leb } from './encode.js';
import { bulkOpcodes, opcodes } from './instructions.js';

// Functions that a rewritten module calls where it had an instruction.

/** Instructions in the binary format, or a whole function with its locals. */
export type InstructionBytes = readonly number[];

/** Most bytes that one `memory.copy`, `.fill` or `.init` changes before the host is asked: 20 to 100 µs of work. */
export const bulkChunkBytes: number = 1024 * 1024;

/** Up to so many are nothing to ask the host for: most copies of most guests. */
export const shortBulkBytes: number = 4096;

const empty = 0x40;
const { end, localGet, localSet, localTee, call, brIf, block, loop, select } = opcodes;
const [i32Sub, i32LtU, i32Eq, i32Eqz] = [0x6b, 0x49, 0x46, 0x45];
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

/** Globals that belong to a memory. */
export interface MemoryGlobals {
  /** Its size. */
  readonly pages: number;
  /** By how many pages it was to grow and did not, if the last `memory.grow` was refused; else 0. */
  readonly refused: number;
}

/** `memory.grow` by the size in a global: what the memory has already is handed out again, the rest is grown. */
export function growFunction(
  { index, type }: AddressedMemory,
  { pages, refused }: MemoryGlobals,
  check: InstructionBytes,
): InstructionBytes {
  const n = numeric[type];
  const size = [opcodes.memorySize, ...leb(index)];
  const grow = [opcodes.memoryGrow, ...leb(index)];
  const refuse = [opcodes.if, empty, ...n.minusOne, opcodes.return, end];
  return [
    ...[0x01, 0x02, valueTypes[type]], // locals: 1 the old size, 2 the new one
    ...check,
    ...[localGet, 0x00, opcodes.globalSet, ...leb(refused)], // refused = delta, until it is there
    ...[opcodes.globalGet, ...leb(pages), localTee, 0x01], // old = pages
    ...[localGet, 0x00, n.add, localTee, 0x02], // new = old + delta
    ...[localGet, 0x01, n.ltU, ...refuse], // new < old: the sum is too large
    ...[localGet, 0x02, ...size, n.gtU, opcodes.if, empty], // if new > memory.size
    ...[localGet, 0x02, ...size, n.sub, ...grow, ...n.minusOne, n.equal, ...refuse], // memory.grow(new - memory.size) failed
    end,
    ...[localGet, 0x02, opcodes.globalSet, ...leb(pages)],
    ...[...constant(type, 0), opcodes.globalSet, ...leb(refused)],
    ...[localGet, 0x01, end],
  ];
}

/** The size of a memory, from its global. */
export function sizeFunction(pages: number): InstructionBytes {
  return [0x00, opcodes.globalGet, ...leb(pages), end];
}

/** What to do with a short range at once; one that is longer is left to another function. Small enough that V8 makes no call of it. */
export function shortOrLong(
  lengthType: AddressType,
  instruction: InstructionBytes,
  long: number,
): InstructionBytes {
  const [first, second, length] = [0, 1, 2];
  const params = [localGet, first, localGet, second, localGet, length];
  return [
    ...[0x00, localGet, length, ...constant(lengthType, shortBulkBytes), numeric[lengthType].gtU],
    ...[opcodes.if, empty, ...params, call, ...leb(long), opcodes.else, ...params, ...instruction, end, end],
  ];
}

export function fillInstruction(memory: AddressedMemory): InstructionBytes {
  return [opcodes.bulk, bulkOpcodes.memoryFill, ...leb(memory.index)];
}

export function copyInstruction(to: AddressedMemory, from: AddressedMemory): InstructionBytes {
  return [opcodes.bulk, bulkOpcodes.memoryCopy, ...leb(to.index), ...leb(from.index)];
}

export function initInstruction(segment: number, to: AddressedMemory): InstructionBytes {
  return [opcodes.bulk, bulkOpcodes.memoryInit, ...leb(segment), ...leb(to.index)];
}

/** `memory.fill` in pieces, with a check before each. What would trap is one instruction: a fill that does not fit changes nothing. */
export function fillFunction(memory: AddressedMemory, check: InstructionBytes): InstructionBytes {
  const [to, value, length, TO, LENGTH, PART] = [0, 1, 2, 3, 4, 5];
  const instruction = fillInstruction(memory);
  return [
    ...[0x01, 0x03, valueTypes.i64],
    ...[...widen(memory.type, to), localSet, TO, ...widen(memory.type, length), localSet, LENGTH],
    ...[block, empty, ...isBeyond(memory, TO, LENGTH), loop, empty],
    ...[...check, ...nextPart(LENGTH, PART)],
    ...[...narrow(memory.type, TO), localGet, value, ...narrow(memory.type, PART), ...instruction],
    ...[...change(TO, numeric.i64.add, PART), ...again(LENGTH, PART), end],
    ...[localGet, to, localGet, value, localGet, length, ...instruction, end],
  ];
}

/** `memory.copy` in pieces, as {@link fillFunction}; from the end where source and target may overlap so. */
export function copyFunction(
  to: AddressedMemory,
  from: AddressedMemory,
  check: InstructionBytes,
): InstructionBytes {
  const [target, source, length, TO, FROM, LENGTH, PART] = [0, 1, 2, 3, 4, 5, 6];
  const lengthType = copyLengthType(to, from);
  const instruction = copyInstruction(to, from);
  const copyPart = [
    ...[...narrow(to.type, TO), ...narrow(from.type, FROM), ...narrow(lengthType, PART), ...instruction],
  ];
  const backwards = [
    ...[localGet, FROM, localGet, TO, numeric.i64.ltU, opcodes.if, empty],
    ...[...change(TO, numeric.i64.add, LENGTH), ...change(FROM, numeric.i64.add, LENGTH)],
    ...[loop, empty, ...check, ...nextPart(LENGTH, PART)],
    ...[...change(TO, numeric.i64.sub, PART), ...change(FROM, numeric.i64.sub, PART), ...copyPart],
    ...[...again(LENGTH, PART), end],
  ];
  return [
    ...[0x01, 0x04, valueTypes.i64],
    ...[...widen(to.type, target), localSet, TO, ...widen(from.type, source), localSet, FROM],
    ...[...widen(lengthType, length), localSet, LENGTH],
    ...[block, empty, ...isBeyond(to, TO, LENGTH), ...isBeyond(from, FROM, LENGTH)],
    ...(to.index === from.index ? backwards : []),
    ...[loop, empty, ...check, ...nextPart(LENGTH, PART), ...copyPart],
    ...[...change(TO, numeric.i64.add, PART), ...change(FROM, numeric.i64.add, PART)],
    ...[...again(LENGTH, PART), end],
    ...[localGet, target, localGet, source, localGet, length, ...instruction, end],
  ];
}

/**
 * `memory.init` in pieces, as {@link fillFunction}.
 *
 * @param segmentBytes what the segment has as long as it is not dropped; the first piece of one that is traps
 */
export function initFunction(
  segment: number,
  segmentBytes: number,
  to: AddressedMemory,
  check: InstructionBytes,
): InstructionBytes {
  const [target, source, length, TO, FROM, LENGTH, PART] = [0, 1, 2, 3, 4, 5, 6];
  const instruction = initInstruction(segment, to);
  const bytes = constant('i64', segmentBytes);
  return [
    ...[0x01, 0x04, valueTypes.i64],
    ...[...widen(to.type, target), localSet, TO, ...widen('i32', source), localSet, FROM],
    ...[...widen('i32', length), localSet, LENGTH, block, empty, ...isBeyond(to, TO, LENGTH)],
    ...[localGet, FROM, localGet, LENGTH, numeric.i64.add, ...bytes, numeric.i64.gtU, brIf, 0],
    ...[loop, empty, ...check, ...nextPart(LENGTH, PART)],
    ...[...narrow(to.type, TO), ...narrow('i32', FROM), ...narrow('i32', PART), ...instruction],
    ...[...change(TO, numeric.i64.add, PART), ...change(FROM, numeric.i64.add, PART)],
    ...[...again(LENGTH, PART), end],
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

/** The end of a loop over a range; when nothing of that is left, the end of the function. */
function again(length: number, part: number): InstructionBytes {
  return [
    ...[...change(length, numeric.i64.sub, part), localGet, length, i64Eqz, i32Eqz, brIf, 0],
    ...[end, opcodes.return],
  ];
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
