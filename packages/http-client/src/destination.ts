import { HttpFailure, type HttpRequest } from '@wasmlattice/rpc/interfaces';
import type { Destination } from './allow-list.js';

/** Where a request goes, and how. */
export interface RequestTarget extends Destination {
  readonly secure: boolean;
  /** As in the Host header: without the port where it is the scheme's. */
  readonly authority: string;
}

const AUTHORITY = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._~-]{1,253}))(?::(\d{1,5}))?$/;

/**
 * Reads scheme and authority; a request without a scheme goes over TLS, as upstream's do (docs/spec/component-runtime.md#10).
 *
 * @throws HttpFailure `HTTP-request-URI-invalid`
 */
export function targetOf({ scheme, authority }: Pick<HttpRequest, 'scheme' | 'authority'>): RequestTarget {
  if (scheme?.tag === 'other')
    throw invalid(`the scheme ${JSON.stringify(scheme.val)} is neither http nor https`);
  if (authority === undefined || authority === '') throw invalid('the request has no authority');
  const [, v6, name, portText] = AUTHORITY.exec(authority) ?? [];
  const host = (v6 ?? name)?.toLowerCase().replace(/\.$/, '');
  const secure = scheme?.tag !== 'HTTP';
  const port = portText === undefined ? (secure ? 443 : 80) : Number(portText);
  if (!host || port < 1 || port > 65_535) {
    throw invalid(`${JSON.stringify(authority)} is no host with an optional port`);
  }
  return { host, port, secure, authority };
}

function invalid(problem: string): HttpFailure {
  return new HttpFailure({ tag: 'HTTP-request-URI-invalid' }, problem);
}
