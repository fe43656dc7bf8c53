import { totalmem } from 'node:os';
import { join } from 'node:path';
import { readMemoryLimit, readNumber, type SystemRoot } from './cgroup.js';
import type { ProcessBudgetName } from './overloaded-error.js';

/** How much there may be of each in the process; bytes for `resident-memory`. */
export type ProcessCeilings = Readonly<Record<ProcessBudgetName, number>>;

export interface ReadCeilingsOptions {
  /** Where `/proc` and `/sys` are; another folder in tests. */
  readonly root?: SystemRoot;
  /** Bytes of memory of the machine. */
  readonly totalMemory?: number;
}

/**
 * V8 ends the whole process when it finds no address space or no mapped area for what it needs, be it for a guest or for itself.
 * 16,000 guests that wait, each with a memory, need all the areas that Linux grants by default; 16,300 memories all the address space
 * of a process. Both stay below for the sake of what else there is.
 */
const maxSuspendedStacks = 16_000;
const maxLinearMemories = 12_000;

/** Of `vm.max_map_count`. */
const mappedAreasShare = 0.8;

/** Of what the kernel would end the process for. What the kernel counts besides, and what comes between two samples, fits in the rest. */
const residentMemoryShare = 0.9;

/**
 * The ceilings of this machine.
 *
 * @param overrides figures to go by instead; the caller answers for them
 */
export function readProcessCeilings(
  overrides: Partial<ProcessCeilings> = {},
  { root = '/', totalMemory = totalmem() }: ReadCeilingsOptions = {},
): ProcessCeilings {
  const maxMapCount = readNumber(join(root, 'proc/sys/vm/max_map_count'));
  const memory = Math.min(totalMemory, readMemoryLimit(root) ?? totalMemory);
  return {
    'suspended-stacks': maxSuspendedStacks,
    'linear-memories': maxLinearMemories,
    // Only Linux bounds them.
    'mapped-areas':
      maxMapCount === undefined ? Number.POSITIVE_INFINITY : Math.floor(maxMapCount * mappedAreasShare),
    'resident-memory': Math.floor(memory * residentMemoryShare),
    ...overrides,
  };
}
