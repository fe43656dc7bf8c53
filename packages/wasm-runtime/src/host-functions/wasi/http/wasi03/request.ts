import type { GuestLimits } from '../../../../limits/guest-limits.js';
import { BodyPipe } from '../body-pipe.js';
import { contentLengthOf } from '../content-length.js';
import { HttpFailure } from '../error-code.js';
import { FieldStore } from '../field-store.js';
import type { HttpExchange } from '../http-exchange.js';
import { type Method, methodFromText, type Scheme, schemeFromText } from '../message-head.js';
import type { ReleasedRequest } from '../outgoing-request.js';
import { RequestLine } from '../request-line.js';
import { Fields } from './fields.js';
import { MessageBody, type TrailersResult, type Transmission } from './message-body.js';
import { RequestOptions } from './request-options.js';

export interface RequestContent {
  readonly line: RequestLine;
  readonly headers: FieldStore;
  readonly body: MessageBody;
  readonly options?: RequestOptions | undefined;
}

/** Resource `wasi:http/types@0.3.request`: one that came to the guest, or one that it made. */
export class Request {
  readonly #line: RequestLine;
  readonly #headers: FieldStore;
  readonly #body: MessageBody;
  readonly #options: RequestOptions | undefined;

  constructor({ line, headers, body, options }: RequestContent) {
    this.#line = line;
    this.#headers = headers;
    this.#body = body;
    this.#options = options;
  }

  /** WIT `[static]request.new` */
  static new(
    headers: Fields,
    contents: AsyncIterable<Uint8Array> | undefined,
    trailers: Promise<TrailersResult>,
    options: RequestOptions | undefined,
  ): [Request, Promise<Transmission>] {
    const body = new MessageBody(contents, trailers);
    const request = new Request({ line: new RequestLine(), headers: headers.release(), body, options });
    return [request, body.transmission];
  }

  static consumeBody(
    request: Request,
    handled: Promise<Transmission>,
  ): [AsyncIterable<Uint8Array>, Promise<TrailersResult>] {
    return request.#body.consume(handled);
  }

  getMethod(): Method {
    return this.#line.parts.method;
  }

  setMethod(method: Method): void {
    this.#line.setMethod(method);
  }

  getPathWithQuery(): string | undefined {
    return this.#line.parts.pathWithQuery;
  }

  setPathWithQuery(pathWithQuery: string | undefined): void {
    this.#line.setPathWithQuery(pathWithQuery);
  }

  getScheme(): Scheme | undefined {
    return this.#line.parts.scheme;
  }

  setScheme(scheme: Scheme | undefined): void {
    this.#line.setScheme(scheme);
  }

  getAuthority(): string | undefined {
    return this.#line.parts.authority;
  }

  setAuthority(authority: string | undefined): void {
    this.#line.setAuthority(authority);
  }

  getOptions(): RequestOptions | undefined {
    return this.#options && new RequestOptions(this.#options.timeouts, { isImmutable: true });
  }

  getHeaders(): Fields {
    return new Fields(this.#headers, { isImmutable: true });
  }

  /** For the host. */
  get options(): RequestOptions | undefined {
    return this.#options;
  }

  /**
   * The host takes the request over.
   * @throws HttpFailure when it can't be sent: its body is dropped then
   */
  release(): ReleasedRequest {
    const body = this.#body;
    try {
      const line = this.#line.toSend();
      const pipe = new BodyPipe('request', lengthOf(this.#headers));
      return {
        ...line,
        headers: this.#headers.toLines(),
        sendBody: (target) => {
          pipe.attach(target);
          void body.sendTo(pipe).then((transfer) => {
            if (transfer === 'writer-gone') pipe.abort('the guest ended before its request was complete');
          });
        },
        get bodyState() {
          return pipe.state;
        },
      };
    } catch (cause) {
      body.drop();
      throw cause;
    }
  }

  [Symbol.dispose](): void {
    this.#body.drop();
  }
}

/** The request of an exchange, for its handler. */
export function receivedRequest(exchange: HttpExchange, limits: GuestLimits): Request {
  const { method, scheme, authority, pathWithQuery, headers } = exchange.request;
  return new Request({
    line: new RequestLine({
      method: methodFromText(method),
      scheme: schemeFromText(scheme),
      authority,
      pathWithQuery,
    }),
    headers: FieldStore.fromLines(headers, limits),
    body: MessageBody.receive(exchange, limits),
  });
}

function lengthOf(headers: FieldStore): number | undefined {
  try {
    return contentLengthOf(headers);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new HttpFailure({ tag: 'HTTP-protocol-error' }, cause.message);
  }
}
