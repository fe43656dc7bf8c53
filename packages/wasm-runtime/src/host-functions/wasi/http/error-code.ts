import { type HttpErrorCode, HttpFailure } from '@wasmlattice/rpc/interfaces';

/** Byte sources and `trailers()` throw it. */
export { HttpFailure };

/** `wasi:http/types.error-code`, in jco's conventions, which are those of the wire. */
export type ErrorCode = HttpErrorCode;

/** The error-code of a failure; `internal-error` with its message for one that has none. */
export function errorCodeOf(cause: unknown): ErrorCode {
  if (cause instanceof HttpFailure) return cause.code;
  return { tag: 'internal-error', val: cause instanceof Error ? cause.message : String(cause) };
}

/**
 * The HTTP status for a request that a guest answers with an error-code. Codes about the request it was given become
 * 4xx, failures of a server behind the guest 502 and 504, the rest 500.
 */
export function statusOf(code: ErrorCode): number {
  return STATUS[code.tag] ?? (code.tag.startsWith('HTTP-request-') ? 400 : 502);
}

const STATUS: Readonly<Partial<Record<ErrorCode['tag'], number>>> = {
  'HTTP-request-denied': 403,
  'HTTP-request-length-required': 411,
  'HTTP-request-body-size': 413,
  'HTTP-request-URI-too-long': 414,
  'HTTP-request-header-section-size': 431,
  'HTTP-request-header-size': 431,
  'HTTP-request-trailer-section-size': 431,
  'HTTP-request-trailer-size': 431,
  'configuration-error': 500,
  'internal-error': 500,
  'connection-limit-reached': 503,
  'DNS-timeout': 504,
  'connection-timeout': 504,
  'connection-read-timeout': 504,
  'connection-write-timeout': 504,
  'HTTP-response-timeout': 504,
  'loop-detected': 508,
};
