import { isUtf8 } from 'node:buffer';
import type { JsonValue } from '@wasmlattice/rpc/json';

/** What text for people has none of; bytes with such are no text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffd]/;

/** Bytes as JSON that `jsonToValue` takes: text where they are text that people can read, else `{ base64 }`. Both are exact. */
export function bytesToJson(bytes: Uint8Array): JsonValue {
  if (isUtf8(bytes)) {
    const text = Buffer.from(bytes).toString();
    if (!unprintable.test(text) && !text.startsWith('\ufeff')) return text;
  }
  return { base64: bytes.toBase64() };
}

/** The inverse of {@link bytesToJson}. */
export function bytesFromJson(json: JsonValue): Uint8Array {
  if (typeof json === 'string') return new TextEncoder().encode(json);
  const { base64 } = json as { readonly base64: string };
  return Uint8Array.fromBase64(base64);
}

export function isBase64(json: JsonValue): json is { readonly base64: string } {
  return (
    typeof json === 'object' &&
    json !== null &&
    !Array.isArray(json) &&
    typeof (json as { base64?: unknown }).base64 === 'string' &&
    Object.keys(json).length === 1
  );
}
