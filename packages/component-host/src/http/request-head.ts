import type { IncomingMessage } from 'node:http';
import type { HttpRequestHead } from '@wasmlattice/wasm-runtime/host-functions';
import type { ForwardedHeaders } from './forwarded.js';
import { refusedOtherVersion } from './parse-failure.js';
import { type Refusal, RefusedRequestError } from './refusal.js';

/** A request as it arrived: its head for the guest, and how its body is framed. */
export interface ParsedRequest {
  readonly head: HttpRequestHead;
  readonly hasBody: boolean;
}

/** What the listener knows of all its requests. */
export interface HeadContext {
  /** Of requests that do not name another. */
  readonly scheme: 'http' | 'https';
  /** Whose `X-Forwarded-Host` counts; absent: everybody's, as upstream has it. */
  readonly forwarded?: Pick<ForwardedHeaders, 'isTrusted'> | undefined;
}

/** Whether a value can be an authority. */
export function isHost(value: string): boolean {
  return AUTHORITY.test(value);
}

/** `http://host:port/path?query`, the form of requests to proxies. */
const ABSOLUTE_TARGET = /^(https?):\/\/([^/?#]*)([^#]*)/i;

/** What RFC 3986 §3.2 allows in an authority, without looking at its parts. */
const AUTHORITY = /^[\w\-.~!$&'()*+,;=:@%[\]]+$/;

/**
 * Reads the head in one pass over the raw lines. Authority: the target's, else `X-Forwarded-Host`, else `Host`
 * (docs/spec/component-runtime.md#9).
 *
 * @throws RefusedRequestError for what node's parser takes and RFC 9112 does not: a missing or second Host, a transfer
 * coding other than `chunked`, another version
 */
export function parseRequest(request: IncomingMessage, { scheme, forwarded }: HeadContext): ParsedRequest {
  const lines = request.rawHeaders;
  let host: string | undefined;
  let hosts = 0;
  let forwardedHost: string | undefined;
  let transferEncoding: string | undefined;
  let hasBody = false;
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i] as string;
    // Most names are none of these: their length says so without lower-casing them.
    switch (name.length) {
      case 4:
        if (name.toLowerCase() !== 'host') break;
        host ??= lines[i + 1];
        hosts++;
        break;
      case 14:
        if (name.toLowerCase() === 'content-length') hasBody = lines[i + 1] !== '0';
        break;
      case 16:
        if (name.toLowerCase() === 'x-forwarded-host') forwardedHost ??= lines[i + 1];
        break;
      case 17:
        if (name.toLowerCase() !== 'transfer-encoding') break;
        transferEncoding =
          transferEncoding === undefined ? lines[i + 1] : `${transferEncoding}, ${lines[i + 1]}`;
        break;
    }
  }
  const { httpVersionMajor, httpVersionMinor } = request;
  if (httpVersionMajor !== 1) refuse(refusedOtherVersion(request.httpVersion));
  if (transferEncoding !== undefined) {
    checkTransferEncoding(transferEncoding, httpVersionMinor);
    hasBody = true;
  }
  // A proxy that takes the other of two hosts would send the request elsewhere.
  if (hosts > 1) refuse(badHost(`the request has ${hosts} Host headers: send one`));
  if (hosts === 0 && httpVersionMinor > 0) refuse(badHost('the request names no host: send a Host header'));
  const target = parseTarget(request.url ?? '/', scheme);
  if (forwarded?.isTrusted(request.socket.remoteAddress ?? '') === false) forwardedHost = undefined;
  const authority = target.authority ?? firstOf(forwardedHost) ?? host;
  if (!authority) refuse(badHost('the request names no host: send a Host header'));
  if (!AUTHORITY.test(authority)) refuse(noHost(authority));
  if (host && host !== authority && !AUTHORITY.test(host)) refuse(noHost(host));
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

/** RFC 9112 §6.1. A coding besides `chunked` would reach the guest as bytes it can't make sense of. */
function checkTransferEncoding(value: string, httpVersionMinor: number): void {
  if (httpVersionMinor === 0) {
    refuse({
      status: 400,
      reason: 'bad-framing',
      text: 'HTTP/1.0 has no Transfer-Encoding: send the body with a Content-Length, or the request with HTTP/1.1',
    });
  }
  if (value.toLowerCase() !== 'chunked') {
    refuse({
      status: 501,
      reason: 'bad-framing',
      text: `the transfer coding ${shown(value)} is not understood: send Transfer-Encoding: chunked, and name a compression in Content-Encoding`,
    });
  }
}

function parseTarget(
  target: string,
  scheme: 'http' | 'https',
): {
  readonly scheme: 'http' | 'https';
  readonly authority?: string;
  readonly pathWithQuery: string;
} {
  if (target.startsWith('/') || target === '*') return { scheme, pathWithQuery: target };
  const [, named, authority, rest = ''] = ABSOLUTE_TARGET.exec(target) ?? [];
  if (named === undefined || authority === undefined) {
    refuse({
      status: 400,
      reason: 'bad-target',
      text: 'the target of the request is neither a path nor an http URL: begin it with "/"',
    });
  }
  return {
    scheme: named.toLowerCase() === 'https' ? 'https' : 'http',
    authority,
    pathWithQuery: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

/** A chain of proxies appends to the list; the first is what the client asked for. */
function firstOf(list: string | undefined): string | undefined {
  if (!list?.includes(',')) return list;
  return list.slice(0, list.indexOf(',')).trim();
}

function noHost(value: string): Refusal {
  return badHost(`${shown(value)} is no host: check the Host and X-Forwarded-Host headers and the target`);
}

function badHost(text: string): Refusal {
  return { status: 400, reason: 'bad-host', text };
}

/** A value may be as long as a whole head. */
function shown(value: string): string {
  return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
}

function refuse(refusal: Refusal): never {
  throw new RefusedRequestError(refusal);
}
