import type { UndeliveredLink } from '@wasmlattice/control-interface';
import type { StatusInfo } from '../api/application-status.js';
import { describeSlot } from './link-slot.js';

/** `the link a wasi:http to b failed: address in use` */
export function describeUndelivered(link: UndeliveredLink): string {
  const what = `the link ${describeSlot(link)} to ${link.target}`;
  switch (link.state) {
    case 'failed':
      return `${what} failed: ${link.reason}`;
    case 'degraded':
      return `${what} is served in part: ${link.reason}`;
    case 'pending':
      return `${what}: ${link.providerId} was told of it and has not answered`;
  }
}

const statusOf = { failed: 'failed', degraded: 'unhealthy', pending: 'reconciling' } as const;

/** What such a link makes of its application. */
export function undeliveredStatus(link: UndeliveredLink): StatusInfo {
  return { type: statusOf[link.state], message: describeUndelivered(link) };
}
