import type { UndeliveredLink } from '@wasmlattice/control-interface';
import { describeSlot } from './link-slot.js';

/** `the link a wasi:http to b failed: address in use` */
export function describeUndelivered(link: UndeliveredLink): string {
  const what = `the link ${describeSlot(link)} to ${link.target}`;
  return link.state === 'failed'
    ? `${what} failed: ${link.reason}`
    : `${what}: ${link.providerId} was told of it and has not answered`;
}
