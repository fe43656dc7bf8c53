import { InvalidValueError } from './invalid-value.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** The bytes that `char` and `varchar` hold a text in. */
export function readChars(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * The text of a `varchar`.
 *
 * @param limit in bytes
 * @throws InvalidValueError for more bytes than that, or other than UTF-8
 */
export function writeChars(bytes: Uint8Array, limit?: number): string {
  if (limit !== undefined && bytes.length > limit) {
    throw new InvalidValueError(
      `${bytes.length} bytes are more than the ${limit} that the parameter says it has`,
    );
  }
  try {
    return utf8.decode(bytes);
  } catch {
    throw new InvalidValueError('the bytes of a text are no UTF-8');
  }
}

/**
 * The text of a `char`, which says how many bytes it has.
 *
 * @throws InvalidValueError
 */
export function writeSizedChars([length, bytes]: readonly [number, Uint8Array]): string {
  if (bytes.length !== length) {
    throw new InvalidValueError(`a char of ${length} bytes has ${bytes.length}`);
  }
  return writeChars(bytes);
}
