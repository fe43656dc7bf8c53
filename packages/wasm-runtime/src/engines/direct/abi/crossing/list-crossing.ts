import type { LiftLowerContext } from '../lift-lower-context.js';
import { liftAddress, liftLength, loadAddress, loadLength, lowerRange, storeRange } from '../ranges.js';
import type { Side } from './compile-crossing.js';
import type { Crossing } from './crossing.js';

/** Puts what lies at `address` of one memory into the other. Returns where; the length is left in `to.written`. */
export type MoveRange = (
  from: LiftLowerContext,
  address: number,
  length: number,
  to: LiftLowerContext,
) => number;

/** Of what passes as pointer and length. */
export function rangeCrossing(move: MoveRange): Crossing {
  return {
    copy(from, source, to, target) {
      const address = move(from, loadAddress(from, source), loadLength(from, source), to);
      storeRange(to, target, address);
    },
    pass(from, source, to, target) {
      const address = move(from, liftAddress(from, source), liftLength(from, source), to);
      lowerRange(to, target, address);
    },
  };
}

/** @param size of a number, in bytes */
export function numbersCrossing(size: number): Crossing {
  return rangeCrossing((from, address, length, to) => {
    from.checkRead(address, size * length, size, 'a list');
    const target = copyBytes(from, address, size * length, size, to, 'a list');
    to.written = length;
    return target;
  });
}

export function elementsCrossing({ from: source, to: target, crossing }: Side): Crossing {
  return rangeCrossing((from, address, length, to) => {
    const { size, align } = source.layout;
    from.checkRead(address, size * length, align, 'a list');
    from.countElements(length);
    const stride = target.layout.size;
    const start = to.allocate(target.layout.align, stride * length, 'a list');
    for (let i = 0; i < length; i++) crossing.copy(from, address + size * i, to, start + stride * i);
    to.written = length;
    return start;
  });
}

/**
 * Of a list that lies where it is, with as many elements as its type says.
 *
 * @param areNumbers whether elements are the same bytes in every memory
 */
export function repeatedCrossing(
  { from: source, to: target, crossing }: Side,
  length: number,
  areNumbers: boolean,
): Crossing {
  const sizes = { from: source.layout.size, to: target.layout.size };
  const slots = source.layout.flat.length;
  return {
    copy(from, address, to, targetAddress) {
      if (areNumbers) {
        const bytes = from.memory.bytes.subarray(address, address + sizes.from * length);
        to.memory.bytes.set(bytes, targetAddress);
        return;
      }
      from.countElements(length);
      for (let i = 0; i < length; i++)
        crossing.copy(from, address + sizes.from * i, to, targetAddress + sizes.to * i);
    },
    pass(from, slot, to, targetSlot) {
      for (let i = 0; i < length; i++) crossing.pass(from, slot + slots * i, to, targetSlot + slots * i);
    },
  };
}

/** Copies bytes that have been checked to where the other side wants them. */
export function copyBytes(
  from: LiftLowerContext,
  address: number,
  size: number,
  align: number,
  to: LiftLowerContext,
  what: string,
): number {
  const target = to.allocate(align, size, what);
  to.memory.bytes.set(from.memory.bytes.subarray(address, address + size), target);
  return target;
}
