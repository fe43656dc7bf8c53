import type { HttpRequestHead, HttpResponseHead } from '@wasmlattice/wasm-runtime/host-functions';
import type { ExchangeContext } from '../exchange.js';
import { type Refusal, RefusedRequestError } from '../refusal.js';
import { type HeadContext, isHost } from '../request-head.js';

/** Fields of a connection, which HTTP/2 has not (RFC 9113 §8.2.2). */
const ofConnections: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/**
 * The head of a request, from all its fields as they came. Crumbs of a cookie become one, and Host is the authority, as in HTTP/1.1
 * (RFC 9113 §8.2.3, RFC 9113 §8.3.1).
 *
 * @throws RefusedRequestError
 */
export function headOfFields(
  fields: readonly string[],
  { maxHeaders, scheme }: HeadContext & Pick<ExchangeContext, 'maxHeaders'>,
): HttpRequestHead {
  const pseudo = new Map<string, string>();
  const headers: string[] = [];
  const cookies: string[] = [];
  let host: string | undefined;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [name, value] = [fields[i] as string, fields[i + 1] as string];
    if (name.startsWith(':')) pseudo.set(name, value);
    else if (name === 'cookie') cookies.push(value);
    else if (name === 'host') host = value;
    else headers.push(name, value);
  }
  if (fields.length > 2 * maxHeaders) {
    refuse({
      status: 431,
      reason: 'head-too-large',
      text: `the request has more than ${maxHeaders} headers: send fewer`,
    });
  }
  if (cookies.length > 0) headers.push('cookie', cookies.join('; '));
  const authority = pseudo.get(':authority') ?? host;
  if (authority === undefined || !isHost(authority)) {
    refuse({ status: 400, reason: 'bad-host', text: 'the request names no host: send :authority or Host' });
  }
  const method = pseudo.get(':method') ?? 'GET';
  if (method === 'CONNECT') {
    refuse({ status: 501, reason: 'connect', text: 'CONNECT is for proxies, and this server is none' });
  }
  const pathWithQuery = pseudo.get(':path') ?? '/';
  if (!pathWithQuery.startsWith('/') && pathWithQuery !== '*') {
    refuse({ status: 400, reason: 'bad-target', text: 'the path of the request does not begin with "/"' });
  }
  return { method, scheme, authority, pathWithQuery, headers: ['host', authority, ...headers] };
}

/** The fields of a response, as node takes them. */
export function fieldsOfHead({
  status,
  headers,
}: HttpResponseHead): Record<string, string | string[] | number> {
  return { ':status': status, ...fieldsOf(headers) };
}

/** Of a head or of trailers; those of a connection are left out. */
export function fieldsOf(lines: HttpResponseHead['headers']): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = (lines[i] as string).toLowerCase();
    const value = lines[i + 1] as string;
    if (ofConnections.has(name)) continue;
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else fields[name] = [...(Array.isArray(before) ? before : [before]), value];
  }
  return fields;
}

function refuse(refusal: Refusal): never {
  throw new RefusedRequestError(refusal);
}
