import { METHODS } from 'node:http';
import type { Refusal, RefusalReason } from './refusal.js';

/** What node's server tells of a request that it could not read (`clientError`). */
export interface ParseFailure {
  /** `HPE_…` is node's parser. */
  readonly code?: string;
  /** The parser's own words. */
  readonly reason?: string;
  /** Where in `rawPacket` the parser stopped. */
  readonly bytesParsed?: number;
  /** The bytes that arrived last; the request may have begun before them. */
  readonly rawPacket?: Buffer;
}

export interface HeadLimits {
  readonly maxHeadBytes: number;
  readonly maxHeaders: number;
  readonly headTimeoutMs: number;
}

/** Whether a client is to be told; other errors are those of a connection that is gone. */
export function isParseFailure({ code }: ParseFailure): boolean {
  return code !== undefined && (code.startsWith('HPE_') || code === headTimeoutCode);
}

/** The client went on although it, or its answer, had said that the connection closes. */
export function isAfterTheLast({ code }: ParseFailure): boolean {
  return code === 'HPE_CLOSED_CONNECTION';
}

/** The client ended its side amid a request. */
export function isEarlyEnd({ code }: ParseFailure): boolean {
  return code === 'HPE_INVALID_EOF_STATE';
}

const headTimeoutCode = 'ERR_HTTP_REQUEST_TIMEOUT';

/** The answer to a request whose head can't be read. */
export function refusedHead(failure: ParseFailure, limits: HeadLimits): Refusal {
  switch (failure.code) {
    case headTimeoutCode:
      return {
        status: 408,
        reason: 'slow-head',
        text: `the head of the request was not complete within ${limits.headTimeoutMs} ms: send it without pauses, and end it with an empty line`,
      };
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        reason: 'head-too-large',
        text: `the head of the request is longer than ${limits.maxHeadBytes} bytes or has more than ${limits.maxHeaders} headers: send a shorter target, or fewer or shorter headers and cookies`,
      };
    case 'HPE_INVALID_METHOD':
      return refusedMethod(failure);
    case 'HPE_INVALID_CONSTANT':
      return failure.reason?.startsWith('Invalid method') ? refusedMethod(failure) : refusedRequestLine;
    case 'HPE_INVALID_VERSION':
      return failure.reason === 'Expected CRLF after version' ? malformedHead(failure) : refusedVersion;
    case 'HPE_PAUSED_H2_UPGRADE':
      return refusedVersion;
    case 'HPE_INVALID_URL':
      return refusedTarget(failure);
    case 'HPE_INVALID_CONTENT_LENGTH':
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
    case 'HPE_INVALID_TRANSFER_ENCODING':
      return badRequest(
        'bad-framing',
        `the request does not say clearly how long its body is (${failure.reason}): send one Content-Length, or Transfer-Encoding: chunked, not both`,
      );
    case 'HPE_INVALID_EOF_STATE':
      return badRequest(
        'malformed-head',
        'the connection ended before the head of the request was complete: end the head with an empty line',
      );
    default:
      return malformedHead(failure);
  }
}

/** The answer to a request whose head was fine. */
export function refusedBody(
  failure: ParseFailure,
  limits: Pick<HeadLimits, 'maxHeadBytes' | 'maxHeaders'>,
): Refusal {
  switch (failure.code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        reason: 'head-too-large',
        text: `the trailers of the request are longer than ${limits.maxHeadBytes} bytes or more than ${limits.maxHeaders}: send fewer or shorter ones`,
      };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return {
        status: 413,
        reason: 'malformed-body',
        text: 'the chunk extensions of the request are too long: send chunks without extensions',
      };
    case 'HPE_INVALID_EOF_STATE':
      return badRequest(
        'malformed-body',
        'the connection ended before the body of the request was complete: send as many bytes as its Content-Length says, or its last chunk',
      );
    default:
      return badRequest(
        'malformed-body',
        `the body of the request is malformed (${failure.reason}): check the sizes and line ends of its chunks, and its trailers`,
      );
  }
}

const refusedVersion: Refusal = {
  status: 505,
  reason: 'bad-version',
  text: 'this address speaks HTTP/1.1 and HTTP/1.0: turn off HTTP/2 without negotiation (h2c) in the client or proxy',
};

/** The answer to a version that node's parser takes and that is none of HTTP/1. */
export function refusedOtherVersion(version: string): Refusal {
  return {
    status: 505,
    reason: 'bad-version',
    text: `HTTP/${version} is not spoken at this address: send the request with HTTP/1.1`,
  };
}

const refusedRequestLine = badRequest(
  'malformed-head',
  'the first line of the request does not end in HTTP/1.1: check for spaces in the target, which must be encoded as %20',
);

function malformedHead({ reason }: ParseFailure): Refusal {
  return badRequest(
    'malformed-head',
    `the head of the request is malformed (${reason}): check its lines, which are "Name: value", end in CR LF and hold no control characters`,
  );
}

function badRequest(reason: RefusalReason, text: string): Refusal {
  return { status: 400, reason, text };
}

/** A token of RFC 9110 §5.6.2 with what follows it. */
const METHOD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(.?)/s;

/** Of a line, as many bytes are looked at. */
const maxLineBytes = 64;

function refusedMethod(failure: ParseFailure): Refusal {
  const line = lineOf(failure);
  if (line.startsWith('\x16\x03')) {
    return badRequest(
      'not-http',
      'the request looks like TLS, and this address speaks plain HTTP: use http://, or put a proxy in front that ends TLS',
    );
  }
  if (/^PROXY (?:TCP|UNKNOWN)/.test(line)) {
    return badRequest(
      'not-http',
      'the connection begins with the PROXY protocol, which this address does not speak: turn it off in the load balancer; X-Forwarded-For reaches the component',
    );
  }
  const [, method = '', next] = METHOD.exec(line) ?? [];
  const isCut = method.length === maxLineBytes;
  if (next !== ' ' && !isCut) return malformedHead(failure);
  const named = isWhole(method, failure) ? `the method ${method}${isCut ? '…' : ''}` : 'this method';
  const plain = method.toUpperCase();
  const advice =
    method !== plain && METHODS.includes(plain)
      ? `methods are case-sensitive, send ${plain}`
      : 'send GET, POST or another registered method';
  return {
    status: 501,
    reason: 'unknown-method',
    text: `${named} is not one that this server can give to a component: ${advice}`,
  };
}

/** A packet may begin amid a method. Then its first byte that fits none comes later than the parser says. */
function isWhole(method: string, { code, bytesParsed = 0, rawPacket }: ParseFailure): boolean {
  if (code !== 'HPE_INVALID_METHOD') return true;
  const fitting = method.slice(0, bytesParsed - lineStart(rawPacket, bytesParsed) + 1);
  return fitting === method || !METHODS.some((known) => known.startsWith(fitting));
}

function refusedTarget({ rawPacket, bytesParsed = 0 }: ParseFailure): Refusal {
  const byte = rawPacket?.[bytesParsed];
  if (byte === undefined || (byte >= 0x20 && byte < 0x7f)) {
    return badRequest(
      'bad-target',
      'the target of the request is neither a path nor a URL: begin it with "/"',
    );
  }
  const hex = byte.toString(16).toUpperCase().padStart(2, '0');
  return badRequest(
    'bad-target',
    `the target of the request holds the byte 0x${hex}: encode it as %${hex} (text in UTF-8)`,
  );
}

/** The line the parser stopped in, from its beginning as far as it is at hand. */
function lineOf({ rawPacket, bytesParsed = 0 }: ParseFailure): string {
  const start = lineStart(rawPacket, bytesParsed);
  return rawPacket?.toString('latin1', start, start + maxLineBytes) ?? '';
}

function lineStart(packet: Buffer | undefined, position: number): number {
  return packet === undefined || position === 0 ? 0 : packet.lastIndexOf(0x0a, position - 1) + 1;
}
