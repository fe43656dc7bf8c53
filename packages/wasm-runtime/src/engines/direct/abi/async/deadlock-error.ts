import { AbiTrap } from '../abi-trap.js';

/** Most waits that a message names. */
const mostNamed = 5;

/** @param waits what waits for what */
export function deadlock(waits: readonly string[]): AbiTrap {
  const more = waits.length > mostNamed ? `; and ${waits.length - mostNamed} more` : '';
  return new AbiTrap(
    `deadlock: nothing can wake the tasks of this instance any more: ${waits.slice(0, mostNamed).join('; ')}${more}`,
  );
}
