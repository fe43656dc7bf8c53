import { AbiTrap } from '../abi-trap.js';

/** Most waits that a message names. */
export const mostNamedWaits = 5;

/**
 * @param waits what waits for what; the first of them
 * @param count how many there are
 */
export function deadlock(waits: readonly string[], count: number): AbiTrap {
  const more = count > waits.length ? `; and ${count - waits.length} more` : '';
  return new AbiTrap(
    `deadlock: nothing can wake the tasks of this instance any more: ${waits.join('; ')}${more}`,
  );
}
