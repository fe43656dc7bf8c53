import type { IncomingMessage } from 'node:http';
import type { HttpRequestHead } from '@wasmlattice/wasm-runtime/host-functions';

/** A request as it arrived: its head for the guest, and how its body is framed. */
export interface ParsedRequest {
  readonly head: HttpRequestHead;
  readonly hasBody: boolean;
}

/** A request that can't be given to a guest; `message` is for the client. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
}

/** `http://host:port/path?query`, the form of requests to proxies. */
const ABSOLUTE_TARGET = /^(https?):\/\/([^/?#]*)([^#]*)/i;

/** What RFC 3986 §3.2 allows in an authority, without looking at its parts. */
const AUTHORITY = /^[\w\-.~!$&'()*+,;=:@%[\]]+$/;

/**
 * Reads the head in one pass over the raw lines. Authority: the target's, else `X-Forwarded-Host`, else `Host`
 * (docs/spec/component-runtime.md#9).
 *
 * @throws BadRequestError without a usable authority
 */
export function parseRequest(request: IncomingMessage): ParsedRequest {
  const lines = request.rawHeaders;
  let host: string | undefined;
  let forwardedHost: string | undefined;
  let hasBody = false;
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i] as string;
    // Most names are none of these: their length says so without lower-casing them.
    switch (name.length) {
      case 4:
        if (name.toLowerCase() === 'host') host ??= lines[i + 1];
        break;
      case 14:
        if (name.toLowerCase() === 'content-length') hasBody = lines[i + 1] !== '0';
        break;
      case 16:
        if (name.toLowerCase() === 'x-forwarded-host') forwardedHost ??= lines[i + 1];
        break;
      case 17:
        if (name.toLowerCase() === 'transfer-encoding') hasBody = true;
        break;
    }
  }
  const target = parseTarget(request.url ?? '/');
  const authority = target.authority ?? firstOf(forwardedHost) ?? host;
  if (authority === undefined || !AUTHORITY.test(authority)) {
    throw new BadRequestError(
      authority
        ? `"${authority}" is no host: check the Host or X-Forwarded-Host header`
        : 'the request names no host: send a Host header',
    );
  }
  return {
    head: {
      method: request.method ?? 'GET',
      scheme: target.scheme,
      authority,
      pathWithQuery: target.pathWithQuery,
      headers: lines,
    },
    hasBody,
  };
}

function parseTarget(target: string): {
  readonly scheme: 'http' | 'https';
  readonly authority?: string;
  readonly pathWithQuery: string;
} {
  if (target.startsWith('/')) return { scheme: 'http', pathWithQuery: target };
  const [, scheme, authority, rest = ''] = ABSOLUTE_TARGET.exec(target) ?? [];
  if (scheme === undefined || authority === undefined) return { scheme: 'http', pathWithQuery: target };
  return {
    scheme: scheme.toLowerCase() === 'https' ? 'https' : 'http',
    authority,
    pathWithQuery: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

/** A chain of proxies appends to the list; the first is what the client asked for. */
function firstOf(list: string | undefined): string | undefined {
  if (!list?.includes(',')) return list;
  return list.slice(0, list.indexOf(',')).trim();
}
