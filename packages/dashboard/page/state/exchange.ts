import type { SentRequest, SpanRow } from '../../src/model/traces.js';

/** One side of what went over HTTP, as a host in development mode tells it. */
export interface ShownSide {
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
  /** Bytes of the body, of which `body` may be the beginning; `undefined` without one. */
  readonly size: number | undefined;
}

const ofExchange = /^http\.(?:request|response)\.(?:header\.|body)/;

/** Attributes that {@link sideOf} does not tell. */
export function otherAttributes({
  attributes,
}: SpanRow): readonly (readonly [string, string | number | boolean])[] {
  return Object.entries(attributes).filter(([name]) => !ofExchange.test(name));
}

export function sideOf({ attributes }: SpanRow, side: 'request' | 'response'): ShownSide {
  const prefix = `http.${side}.header.`;
  const size = attributes[`http.${side}.body.size`];
  const body = attributes[`http.${side}.body`];
  return {
    headers: Object.entries(attributes)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), String(value)]),
    body: body === undefined ? undefined : String(body),
    size: size === undefined ? undefined : Number(size),
  };
}

/** The request to send again, or why it can't be sent as it was. */
export function requestOf(span: SpanRow): SentRequest | string {
  const { attributes } = span;
  const { body, headers, size } = sideOf(span, 'request');
  const length = headers.find(([name]) => name === 'content-length')?.[1];
  if (size === undefined && (length ?? '0') !== '0')
    return 'The component did not read its body, so it is not kept';
  if (size !== undefined && body === undefined) return 'Its body is no text, and not kept';
  if (size !== undefined && new TextEncoder().encode(body).length < size)
    return 'Its body is too long to be kept';
  const query = attributes['url.query'];
  return {
    method: String(attributes['http.request.method']),
    pathWithQuery: `${attributes['url.path']}${query === undefined ? '' : `?${query}`}`,
    headers: Object.fromEntries(headers),
    body,
  };
}
