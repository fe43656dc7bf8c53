import type { FieldStore } from './field-store.js';

/**
 * The `content-length` of a message, `undefined` when it has none.
 * @throws RangeError when it is no length
 */
export function contentLengthOf(fields: FieldStore): number | undefined {
  const [text, ...others] = fields.texts('content-length');
  if (text === undefined) return undefined;
  // Two lengths are how one message is made to look like two.
  if (others.length > 0) throw new RangeError('there is more than one content-length');
  const length = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(length)) {
    throw new RangeError(`content-length "${text}" is no length`);
  }
  return length;
}
