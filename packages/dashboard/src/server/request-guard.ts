import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What decides whether a request comes from a page of ours. */
export interface RequestGuard {
  /** Whether the request names this server as it is known, and no other page sent it. */
  isOurs(headers: IncomingHttpHeaders): boolean;
  /** Whether it bears the token, too. */
  hasToken(headers: IncomingHttpHeaders): boolean;
}

/**
 * A guard for a server on the loopback interface.
 *
 * Another name in `Host` is that of a page whose name was made to lead here (DNS rebinding); another `Origin`, or a `Sec-Fetch-Site`
 * that says so, is that of a page of somebody else.
 */
export function createRequestGuard(port: number, token: string): RequestGuard {
  const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`);
  const expected = digest(`Bearer ${token}`);
  return {
    isOurs({ host, origin, 'sec-fetch-site': site }) {
      if (host === undefined || !hosts.includes(host.toLowerCase())) return false;
      if (origin !== undefined && origin !== `http://${host.toLowerCase()}`) return false;
      // `none`: the address was typed or opened from a terminal.
      return site === undefined || site === 'same-origin' || site === 'none';
    },
    hasToken({ authorization = '' }) {
      return timingSafeEqual(digest(authorization), expected);
    },
  };
}

/** Of one length, as the comparison needs it. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
