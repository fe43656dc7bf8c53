import type { GuestLimits } from '../../limits/guest-limits.js';
import { LimitExceededError } from '../../limits/limit-exceeded-error.js';
import { unsignedValue, webAssembly } from '../web-assembly.js';
import type { MemoryGrowth, StateHandles } from './instance-state.js';

const pageBytes = 65_536;

/**
 * What ended a guest. V8 does not say which limit a trap is about: a guest that got no memory ends itself as it likes, and one that has
 * no stack left ends like JavaScript that has none.
 *
 * @returns a LimitExceededError where a limit is the reason, as far as the guest lets see; else the cause itself
 */
export function explainTrap(
  cause: unknown,
  limits: GuestLimits,
  { growths, tables }: Pick<StateHandles, 'growths' | 'tables'>,
): unknown {
  if (cause instanceof LimitExceededError) return cause;
  if (cause instanceof RangeError && cause.message === 'Maximum call stack size exceeded') {
    return limits.exceeded('stack', 'calls functions deeper than its stack reaches', { cause });
  }
  if (!(cause instanceof webAssembly.RuntimeError)) return cause;
  const { memory, 'table-elements': elements } = limits.values;
  const wanted = Math.max(0, ...growths.map((growth) => refusedBytes(growth, memory)));
  if (wanted > 0) {
    return limits.exceeded('memory', `trapped after it got no linear memory of ${wanted} bytes`, { cause });
  }
  if (tables.some(({ length }) => length >= elements)) {
    return limits.exceeded('table-elements', `trapped with a table of ${elements} elements`, { cause });
  }
  return cause;
}

/** The size that a memory was refused last because of the limit, in bytes; 0 for none, or where the module itself declares less. */
function refusedBytes({ pages, refused, maximum }: MemoryGrowth, limit: number): number {
  const more = unsignedValue(refused);
  if (more === 0 || (maximum !== undefined && (maximum + 1) * pageBytes <= limit)) return 0;
  const bytes = (unsignedValue(pages) + more) * pageBytes;
  return bytes > limit ? bytes : 0;
}
