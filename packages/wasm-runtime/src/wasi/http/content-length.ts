import type { FieldStore } from './field-store.js';

/**
 * The `content-length` of a message, `undefined` when it has none.
 * @throws RangeError when it is no length
 */
export function contentLengthOf(fields: FieldStore): number | undefined {
  const text = fields.firstText('content-length');
  if (text === undefined) return undefined;
  const length = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(length)) {
    throw new RangeError(`content-length "${text}" is no length`);
  }
  return length;
}
