import type { HttpResponseHead } from '@wasmlattice/wasm-runtime/host-functions';

type HeaderLines = HttpResponseHead['headers'];

/** How the content of a response is delimited on its connection. */
export interface ResponseFraming {
  /** The guest's, but for those that must not be sent with this status. */
  readonly headers: HeaderLines;
  /** Whether content follows the head; if not, what a guest writes is not sent. */
  readonly hasContent: boolean;
  /** The guest's `content-length`. */
  readonly length: number | undefined;
  /** The guest announces trailers. */
  readonly announcesTrailers: boolean;
}

/** A head that no client could read rightly; `message` says why. */
export class MisframedResponseError extends Error {
  override readonly name = 'MisframedResponseError';
}

/**
 * What RFC 9110 §15 and RFC 9112 §6 make of a guest's head: 204 has neither content nor a length, 205 has no content,
 * 304 and answers to HEAD have no content and may tell the length of what they stand for.
 *
 * @throws MisframedResponseError
 */
export function frameResponse(
  { status, headers }: HttpResponseHead,
  method: string | undefined,
): ResponseFraming {
  if (status < 200 || status > 999) {
    throw new MisframedResponseError(`its status ${status} is no final status (200 to 999)`);
  }
  let length: string | undefined;
  let announcesTrailers = false;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    switch (name.length) {
      case 7:
        announcesTrailers ||= name.toLowerCase() === 'trailer';
        break;
      case 14:
        if (name.toLowerCase() !== 'content-length') break;
        // Two lengths are how one message is made to look like two.
        if (length !== undefined) throw new MisframedResponseError('it has more than one content-length');
        length = headers[i + 1] as string;
        break;
      case 17:
        if (name.toLowerCase() !== 'transfer-encoding') break;
        throw new MisframedResponseError('it names a transfer-encoding, which is up to the server');
    }
  }
  const hasContent = method !== 'HEAD' && status !== 204 && status !== 205 && status !== 304;
  return {
    headers: status === 204 || status === 205 ? contentless(status, headers, length) : headers,
    hasContent,
    length: length === undefined ? undefined : lengthOf(length),
    announcesTrailers,
  };
}

/** `headers` without the lines of a name. */
export function withoutLine(headers: HeaderLines, lowerCaseName: string): string[] {
  return headers.filter((_, i) => (headers[i - (i % 2)] as string).toLowerCase() !== lowerCaseName);
}

/** A client reads the content of 205 like any other, so its length is said to be 0. */
function contentless(status: 204 | 205, headers: HeaderLines, length: string | undefined): HeaderLines {
  const kept = length === undefined ? headers : withoutLine(headers, 'content-length');
  return status === 204 ? kept : [...kept, 'content-length', '0'];
}

function lengthOf(text: string): number {
  const length = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(length)) return length;
  throw new MisframedResponseError(`its content-length ${JSON.stringify(text.slice(0, 100))} is no length`);
}
