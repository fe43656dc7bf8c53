import type { AbiPart } from './abi-part.js';
import type { Returned } from './core-arity.js';
import type { CoreFunction } from './core-types.js';

/**
 * Lets the guest free what it returned, by the function that its `canon lift` names for that. The guest may call nobody meanwhile; one that
 * does has ended.
 *
 * @param part whose function returned
 */
export function runPostReturn(part: AbiPart, postReturn: CoreFunction | undefined, returned: Returned): void {
  if (postReturn === undefined) return;
  const { instance } = part;
  part.mayLeave = false;
  try {
    instance.unsuspended.enter();
    if (returned === undefined) postReturn();
    else postReturn(returned);
  } finally {
    instance.unsuspended.leave();
  }
  part.mayLeave = true;
}
