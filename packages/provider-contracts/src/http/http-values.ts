import type { HttpFields, HttpResponse } from '@wasmlattice/rpc/interfaces';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A response by what matters of it. */
export interface GivenResponse {
  readonly status?: number;
  readonly headers?: HttpFields;
  readonly body?: string | AsyncIterable<Uint8Array>;
}

export function responseOf({ status = 200, headers = [], body = '' }: GivenResponse): HttpResponse {
  return {
    status,
    headers,
    body: typeof body === 'string' ? streamOf(body) : body,
    trailers: Promise.resolve(undefined),
  };
}

export async function* streamOf(...pieces: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) if (piece !== '') yield bytesOf(piece);
}

export async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(body)).toString();
}
