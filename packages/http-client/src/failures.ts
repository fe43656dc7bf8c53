import { type HttpErrorCode, HttpFailure } from '@wasmlattice/rpc/interfaces';
import { DeniedError } from './policy.js';

/** Something is waited for longer than the options of the request allow. */
export class ClientTimeoutError extends Error {
  override readonly name = 'ClientTimeoutError';
  readonly phase: 'connect' | 'first-byte';

  constructor(phase: 'connect' | 'first-byte', ms: number) {
    super(
      phase === 'connect' ? `no connection within ${ms} ms` : `no response within ${ms} ms of the connection`,
    );
    this.phase = phase;
  }
}

/** Codes of node, OpenSSL's aside, and what they are in `wasi:http`. */
const codes: Readonly<Record<string, HttpErrorCode>> = {
  ENOTFOUND: dnsError('NXDOMAIN'),
  ENODATA: dnsError('NODATA'),
  EAI_AGAIN: dnsError('SERVFAIL'),
  EAI_FAIL: dnsError('SERVFAIL'),
  EAI_NODATA: dnsError('NODATA'),
  EAI_NONAME: dnsError('NXDOMAIN'),
  ETIMEOUT: { tag: 'DNS-timeout' },
  ECONNREFUSED: { tag: 'connection-refused' },
  ECONNRESET: { tag: 'connection-terminated' },
  ECONNABORTED: { tag: 'connection-terminated' },
  EPIPE: { tag: 'connection-terminated' },
  ETIMEDOUT: { tag: 'connection-timeout' },
  ERR_SOCKET_CONNECTION_TIMEOUT: { tag: 'connection-timeout' },
  EHOSTUNREACH: { tag: 'destination-unavailable' },
  EHOSTDOWN: { tag: 'destination-unavailable' },
  ENETUNREACH: { tag: 'destination-IP-unroutable' },
  ENETDOWN: { tag: 'destination-IP-unroutable' },
  EADDRNOTAVAIL: { tag: 'destination-IP-unroutable' },
  EACCES: { tag: 'destination-IP-prohibited' },
  EPERM: { tag: 'destination-IP-prohibited' },
  EMFILE: { tag: 'connection-limit-reached' },
  ENFILE: { tag: 'connection-limit-reached' },
  HPE_HEADER_OVERFLOW: { tag: 'HTTP-response-header-section-size', val: undefined },
  HPE_INVALID_TRANSFER_ENCODING: { tag: 'HTTP-response-transfer-coding', val: undefined },
  ERR_PROXY_TUNNEL: { tag: 'destination-unavailable' },
  ERR_INVALID_HTTP_TOKEN: { tag: 'HTTP-request-method-invalid' },
  ERR_UNESCAPED_CHARACTERS: { tag: 'HTTP-request-URI-invalid' },
};

const certificateProblem =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|CRL_|ERROR_IN_CERT|PATH_LENGTH_EXCEEDED|AUTHORITY_KEY_|NO_EXPLICIT_POLICY)/;

/** What a failure of node's client is for a guest; `internal-error` with its text where nothing fits. */
export function failureOf(cause: unknown): HttpFailure {
  if (cause instanceof HttpFailure) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new HttpFailure(codeOf(cause, message), message, { cause });
}

function codeOf(cause: unknown, message: string): HttpErrorCode {
  if (cause instanceof DeniedError) {
    return { tag: cause.what === 'host' ? 'HTTP-request-denied' : 'destination-IP-prohibited' };
  }
  if (cause instanceof ClientTimeoutError) {
    return { tag: cause.phase === 'connect' ? 'connection-timeout' : 'connection-read-timeout' };
  }
  const { code, reason } = detailsOf(cause);
  const known = Object.hasOwn(codes, code) ? codes[code] : undefined;
  if (known !== undefined) return known;
  if (certificateProblem.test(code)) return { tag: 'TLS-certificate-error' };
  const alert = alertOf(code, reason, message);
  if (alert !== undefined) return alert;
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return { tag: 'TLS-protocol-error' };
  if (code.startsWith('HPE_')) return { tag: 'HTTP-protocol-error' };
  return { tag: 'internal-error', val: message };
}

/** An alert that was received (RFC 8446 §6), by the text of OpenSSL's error: `…:tlsv1 alert …:SSL alert number 40:`. */
function alertOf(code: string, reason: string, message: string): HttpErrorCode | undefined {
  if (!code.includes('_ALERT_')) return undefined;
  const [, number] = /SSL alert number (\d{1,3})/.exec(message) ?? [];
  const alertId = number === undefined ? undefined : Number(number);
  return { tag: 'TLS-alert-received', val: { alertId, alertMessage: reason || undefined } };
}

function detailsOf(cause: unknown): { readonly code: string; readonly reason: string } {
  if (!(cause instanceof Error)) return { code: '', reason: '' };
  const { code, reason } = cause as { readonly code?: unknown; readonly reason?: unknown };
  // When several addresses were tried, each has its own failure; that of the first tells.
  if (cause instanceof AggregateError && typeof code !== 'string') return detailsOf(cause.errors[0]);
  return {
    code: typeof code === 'string' ? code : '',
    reason: typeof reason === 'string' ? reason : '',
  };
}

function dnsError(rcode: string): HttpErrorCode {
  return { tag: 'DNS-error', val: { rcode, infoCode: 0 } };
}
