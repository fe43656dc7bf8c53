import type { IncomingMessage } from 'node:http';
import { HttpFailure, type HttpFields, type HttpResponse } from '@wasmlattice/rpc/interfaces';
import { failureOf } from './failures.js';
import { toFields } from './fields.js';

/** A response whose head is there; its body follows at the pace of its reader. */
export function responseOf(message: IncomingMessage): HttpResponse {
  const trailers = trailersOf(message);
  return {
    status: message.statusCode ?? 0,
    headers: toFields(message.rawHeaders),
    body: { [Symbol.asyncIterator]: () => bodyOf(message) },
    trailers,
  };
}

function bodyOf(message: IncomingMessage): AsyncIterator<Uint8Array, undefined> {
  const chunks: AsyncIterator<Uint8Array> = message[Symbol.asyncIterator]();
  return {
    async next() {
      try {
        const { done, value } = await chunks.next();
        return done === true ? { done, value: undefined } : { done: false, value };
      } catch (cause) {
        throw incomplete(cause);
      }
    },
    async return() {
      message.destroy();
      await chunks.return?.();
      return { done: true, value: undefined };
    },
  };
}

function trailersOf(message: IncomingMessage): Promise<HttpFields | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpFields | undefined>();
  // Nobody may ask for them.
  promise.catch(() => {});
  message.once('end', () => {
    const { rawTrailers } = message;
    resolve(rawTrailers.length === 0 ? undefined : toFields(rawTrailers));
  });
  message.once('close', () => reject(incomplete(undefined)));
  return promise;
}

/** The connection ended within the body. */
function incomplete(cause: unknown): HttpFailure {
  const isCut = cause === undefined || (cause as { readonly code?: unknown }).code === 'ECONNRESET';
  return isCut
    ? new HttpFailure(
        { tag: 'HTTP-response-incomplete' },
        'the connection ended before the response was complete',
        { cause },
      )
    : failureOf(cause);
}
