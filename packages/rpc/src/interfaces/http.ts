import { func, type Result, type TypedInterface, type TypedWit, t, witInterface } from '../builders.js';

/**
 * Header names and values in order; a name occurs once, with all its values (docs/spec/wrpc-interfaces.md#3).
 */
export type HttpFields = [name: string, values: Uint8Array[]][];

export type HttpMethod =
  | {
      readonly tag: 'get' | 'head' | 'post' | 'put' | 'delete' | 'connect' | 'options' | 'trace' | 'patch';
      readonly val?: undefined;
    }
  | { readonly tag: 'other'; readonly val: string };

export type HttpScheme =
  | { readonly tag: 'HTTP' | 'HTTPS'; readonly val?: undefined }
  | { readonly tag: 'other'; readonly val: string };

export interface HttpRequest {
  body: AsyncIterable<Uint8Array>;
  trailers: Promise<HttpFields | undefined>;
  method: HttpMethod;
  pathWithQuery: string | undefined;
  /** Upstream's hosts fail a call without it. */
  scheme: HttpScheme | undefined;
  /** Upstream's hosts fail a call without it. */
  authority: string | undefined;
  headers: HttpFields;
}

export interface HttpResponse {
  body: AsyncIterable<Uint8Array>;
  trailers: Promise<HttpFields | undefined>;
  status: number;
  headers: HttpFields;
}

/** Nanoseconds. */
export interface HttpRequestOptions {
  connectTimeout: bigint | undefined;
  firstByteTimeout: bigint | undefined;
  betweenBytesTimeout: bigint | undefined;
}

export interface HttpFieldSize {
  fieldName: string | undefined;
  fieldSize: number | undefined;
}

/** `error-code` of `wasi:http` 0.2.0. */
export type HttpErrorCode =
  | {
      readonly tag:
        | 'DNS-timeout'
        | 'destination-not-found'
        | 'destination-unavailable'
        | 'destination-IP-prohibited'
        | 'destination-IP-unroutable'
        | 'connection-refused'
        | 'connection-terminated'
        | 'connection-timeout'
        | 'connection-read-timeout'
        | 'connection-write-timeout'
        | 'connection-limit-reached'
        | 'TLS-protocol-error'
        | 'TLS-certificate-error'
        | 'HTTP-request-denied'
        | 'HTTP-request-length-required'
        | 'HTTP-request-method-invalid'
        | 'HTTP-request-URI-invalid'
        | 'HTTP-request-URI-too-long'
        | 'HTTP-response-incomplete'
        | 'HTTP-response-timeout'
        | 'HTTP-upgrade-failed'
        | 'HTTP-protocol-error'
        | 'loop-detected'
        | 'configuration-error';
      readonly val?: undefined;
    }
  | {
      readonly tag: 'DNS-error';
      readonly val: { rcode: string | undefined; infoCode: number | undefined };
    }
  | {
      readonly tag: 'TLS-alert-received';
      readonly val: { alertId: number | undefined; alertMessage: string | undefined };
    }
  | {
      readonly tag: 'HTTP-request-body-size' | 'HTTP-response-body-size';
      readonly val: bigint | undefined;
    }
  | {
      readonly tag:
        | 'HTTP-request-header-section-size'
        | 'HTTP-request-trailer-section-size'
        | 'HTTP-response-header-section-size'
        | 'HTTP-response-trailer-section-size';
      readonly val: number | undefined;
    }
  | { readonly tag: 'HTTP-request-header-size'; readonly val: HttpFieldSize | undefined }
  | {
      readonly tag: 'HTTP-request-trailer-size' | 'HTTP-response-header-size' | 'HTTP-response-trailer-size';
      readonly val: HttpFieldSize;
    }
  | {
      readonly tag: 'HTTP-response-transfer-coding' | 'HTTP-response-content-coding' | 'internal-error';
      readonly val: string | undefined;
    };

/** A transfer failed for a reason that has an error-code. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly code: HttpErrorCode;

  constructor(code: HttpErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const fields: TypedWit<HttpFields> = t.list(t.tuple(t.string, t.list(t.list(t.u8))));

const request: TypedWit<HttpRequest> = t.record({
  body: t.stream(t.u8),
  trailers: t.future(t.option(fields)),
  method: t.variant({
    get: undefined,
    head: undefined,
    post: undefined,
    put: undefined,
    delete: undefined,
    connect: undefined,
    options: undefined,
    trace: undefined,
    patch: undefined,
    other: t.string,
  }),
  'path-with-query': t.option(t.string),
  scheme: t.option(t.variant({ HTTP: undefined, HTTPS: undefined, other: t.string })),
  authority: t.option(t.string),
  headers: fields,
});

const response: TypedWit<HttpResponse> = t.record({
  body: t.stream(t.u8),
  trailers: t.future(t.option(fields)),
  status: t.u16,
  headers: fields,
});

const requestOptions: TypedWit<HttpRequestOptions> = t.record({
  'connect-timeout': t.option(t.u64),
  'first-byte-timeout': t.option(t.u64),
  'between-bytes-timeout': t.option(t.u64),
});

const fieldSize: TypedWit<HttpFieldSize> = t.record({
  'field-name': t.option(t.string),
  'field-size': t.option(t.u32),
});

const errorCode: TypedWit<HttpErrorCode> = t.variant({
  'DNS-timeout': undefined,
  'DNS-error': t.record({ rcode: t.option(t.string), 'info-code': t.option(t.u16) }),
  'destination-not-found': undefined,
  'destination-unavailable': undefined,
  'destination-IP-prohibited': undefined,
  'destination-IP-unroutable': undefined,
  'connection-refused': undefined,
  'connection-terminated': undefined,
  'connection-timeout': undefined,
  'connection-read-timeout': undefined,
  'connection-write-timeout': undefined,
  'connection-limit-reached': undefined,
  'TLS-protocol-error': undefined,
  'TLS-certificate-error': undefined,
  'TLS-alert-received': t.record({ 'alert-id': t.option(t.u8), 'alert-message': t.option(t.string) }),
  'HTTP-request-denied': undefined,
  'HTTP-request-length-required': undefined,
  'HTTP-request-body-size': t.option(t.u64),
  'HTTP-request-method-invalid': undefined,
  'HTTP-request-URI-invalid': undefined,
  'HTTP-request-URI-too-long': undefined,
  'HTTP-request-header-section-size': t.option(t.u32),
  'HTTP-request-header-size': t.option(fieldSize),
  'HTTP-request-trailer-section-size': t.option(t.u32),
  'HTTP-request-trailer-size': fieldSize,
  'HTTP-response-incomplete': undefined,
  'HTTP-response-header-section-size': t.option(t.u32),
  'HTTP-response-header-size': fieldSize,
  'HTTP-response-body-size': t.option(t.u64),
  'HTTP-response-trailer-section-size': t.option(t.u32),
  'HTTP-response-trailer-size': fieldSize,
  'HTTP-response-transfer-coding': t.option(t.string),
  'HTTP-response-content-coding': t.option(t.string),
  'HTTP-response-timeout': undefined,
  'HTTP-upgrade-failed': undefined,
  'HTTP-protocol-error': undefined,
  'loop-detected': undefined,
  'configuration-error': undefined,
  'internal-error': t.option(t.string),
});

export interface HttpIncomingHandler {
  /** The response is there before its body is. */
  handle(request: HttpRequest): Promise<Result<HttpResponse, HttpErrorCode>>;
}

/** What HTTP providers call in components. */
export const httpIncomingHandler: TypedInterface<HttpIncomingHandler> = witInterface(
  'wrpc:http/incoming-handler@0.1.0',
  [func('handle', [['request', request]], t.result(response, errorCode))],
);

export interface HttpOutgoingHandler {
  handle(
    request: HttpRequest,
    options: HttpRequestOptions | undefined,
  ): Promise<Result<HttpResponse, HttpErrorCode>>;
}

/** What components call in HTTP client providers. */
export const httpOutgoingHandler: TypedInterface<HttpOutgoingHandler> = witInterface(
  'wrpc:http/outgoing-handler@0.1.0',
  [
    func(
      'handle',
      [
        ['request', request],
        ['options', t.option(requestOptions)],
      ],
      t.result(response, errorCode),
    ),
  ],
);
