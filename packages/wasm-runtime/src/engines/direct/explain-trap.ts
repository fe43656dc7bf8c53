import type { GuestLimits } from '../../limits/guest-limits.js';
import { LimitExceededError } from '../../limits/limit-exceeded-error.js';
import { webAssembly } from '../web-assembly.js';
import type { StateHandles } from './instance-state.js';

const pageBytes = 65_536;

/** Allocators of guests ask for up to so much at once: what is left of the limit is less than they asked for. */
const allocatorBytes = 1_048_576;

/**
 * What ended a guest. V8 does not say which limit a trap is about: a guest that got no memory ends itself as it likes, and one that has
 * no stack left ends like JavaScript that has none.
 *
 * @returns a LimitExceededError where a limit is the likely reason, else the cause itself
 */
export function explainTrap(
  cause: unknown,
  limits: GuestLimits,
  { memories, tables }: Pick<StateHandles, 'memories' | 'tables'>,
): unknown {
  if (cause instanceof LimitExceededError) return cause;
  if (cause instanceof RangeError && cause.message === 'Maximum call stack size exceeded') {
    return limits.exceeded('stack', 'calls functions deeper than its stack reaches', { cause });
  }
  if (!(cause instanceof webAssembly.RuntimeError)) return cause;
  const { memory, 'table-elements': elements } = limits.values;
  const bytes = Math.max(0, ...memories.map(({ buffer }) => buffer.byteLength));
  if (memory - bytes < Math.max(pageBytes, Math.min(allocatorBytes, memory / 16))) {
    return limits.exceeded('memory', `trapped with a linear memory of ${bytes} bytes`, { cause });
  }
  if (tables.some(({ length }) => length >= elements)) {
    return limits.exceeded('table-elements', `trapped with a table of ${elements} elements`, { cause });
  }
  return cause;
}
