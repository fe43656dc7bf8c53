import type { SequenceLayout } from '../layout.js';
import type { Crossing } from './crossing.js';

/** Of values that follow one another: records, tuples, parameters. Each memory has its own layout of them. */
export function sequenceCrossing(
  members: readonly Crossing[],
  from: SequenceLayout,
  to: SequenceLayout,
): Crossing {
  const plan = members.map((crossing, i) => ({
    crossing,
    source: from.offsets[i] ?? 0,
    target: to.offsets[i] ?? 0,
    slot: from.slots[i] ?? 0,
  }));
  return {
    copy(fromCx, address, toCx, targetAddress) {
      for (const { crossing, source, target } of plan) {
        crossing.copy(fromCx, address + source, toCx, targetAddress + target);
      }
    },
    // However wide addresses are, they take as many core values.
    pass(fromCx, first, toCx, target) {
      for (const { crossing, slot } of plan) crossing.pass(fromCx, first + slot, toCx, target + slot);
    },
  };
}
