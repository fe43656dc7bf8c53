import { type ServerResponse, STATUS_CODES } from 'node:http';

/**
 * Why the listener itself answered a request. An attribute of a metric: a reason keeps its name.
 *
 * | reason | what was wrong |
 * |---|---|
 * | `not-http` | bytes of another protocol: TLS, or the PROXY protocol of a load balancer |
 * | `bad-version` | a version of HTTP other than 1.0 and 1.1 |
 * | `unknown-method` | a method that node's parser does not know |
 * | `connect` | the method CONNECT: the server is no proxy |
 * | `bad-target` | a target that is neither a path nor an http URL, or that holds bytes which must be encoded |
 * | `bad-host` | no Host header, several, or one that names no host |
 * | `bad-framing` | lengths that contradict each other, or a transfer coding that is not understood |
 * | `bad-expectation` | an Expect header other than 100-continue |
 * | `head-too-large` | more bytes or more headers than the limits |
 * | `slow-head` | a head that was not complete in time |
 * | `malformed-head`, `malformed-body` | anything else that is not HTTP/1.1 |
 * | `stopping` | a head that was not complete when the listener had to close |
 */
export type RefusalReason =
  | 'not-http'
  | 'bad-version'
  | 'unknown-method'
  | 'connect'
  | 'bad-target'
  | 'bad-host'
  | 'bad-framing'
  | 'bad-expectation'
  | 'head-too-large'
  | 'slow-head'
  | 'malformed-head'
  | 'malformed-body'
  | 'stopping';

/** An answer of the listener itself, after which it closes the connection. */
export interface Refusal {
  readonly status: number;
  readonly reason: RefusalReason;
  /** For the client, in one line: what was wrong and what to check. */
  readonly text: string;
}

/** A request that can't be given to a guest. */
export class RefusedRequestError extends Error {
  override readonly name = 'RefusedRequestError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.text);
    this.refusal = refusal;
  }
}

/** Answers a request whose head could be read. */
export function sendRefusal(response: ServerResponse, refusal: Refusal): void {
  const body = bodyOf(refusal);
  response.shouldKeepAlive = false;
  response.writeHead(refusal.status, headersOf(body));
  response.end(body);
}

/** The whole answer for a connection on which no request could be read. */
export function refusalMessage(refusal: Refusal): string {
  const body = bodyOf(refusal);
  const lines = [`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`];
  const headers = [...headersOf(body), 'Date', new Date().toUTCString(), 'Connection', 'close'];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function bodyOf({ text }: Refusal): string {
  return `${text}\n`;
}

function headersOf(body: string): string[] {
  return ['content-type', 'text/plain; charset=utf-8', 'content-length', String(Buffer.byteLength(body))];
}
