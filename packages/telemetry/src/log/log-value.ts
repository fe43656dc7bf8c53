import { describeError } from '../describe-error.js';

/** What JSON can hold. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

const maxDepth = 6;
const maxEntries = 100;

/**
 * A field value as plain data: errors become one line with their causes, bytes their count, a bigint a number where
 * that is exact, cycles and what lies too deep a note. Never throws.
 */
export function toPlainValue(value: unknown): PlainValue {
  return convert(value, []);
}

function convert(value: unknown, parents: readonly unknown[]): PlainValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint': {
      const number = Number(value);
      return Number.isSafeInteger(number) ? number : String(value);
    }
    case 'undefined':
      return null;
    case 'symbol':
      return String(value);
    case 'function':
      return '[function]';
    case 'object':
      if (value === null) return null;
      if (parents.includes(value)) return '[circular]';
      if (parents.length >= maxDepth) return '[nested too deep]';
      try {
        return convertObject(value, [...parents, value]);
      } catch {
        return '[unprintable]';
      }
  }
}

function convertObject(value: object, parents: readonly unknown[]): PlainValue {
  if (value instanceof Error) return describeError(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return convertEntries(value.entries(), value.size, parents);
  if (value instanceof Set) return convertItems(value.values(), value.size, parents);
  if (Array.isArray(value)) return convertItems(value.values(), value.length, parents);
  if ('toJSON' in value && typeof value.toJSON === 'function') return convert(value.toJSON(), parents);
  const entries = Object.entries(value);
  return convertEntries(entries.values(), entries.length, parents);
}

function convertItems(
  items: IteratorObject<unknown>,
  count: number,
  parents: readonly unknown[],
): PlainValue {
  const result = items
    .take(maxEntries)
    .map((item) => convert(item, parents))
    .toArray();
  if (count > maxEntries) result.push(`[${count - maxEntries} more]`);
  return result;
}

function convertEntries(
  entries: IteratorObject<[unknown, unknown]>,
  count: number,
  parents: readonly unknown[],
): PlainValue {
  const result: [string, PlainValue][] = entries
    .take(maxEntries)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]): [string, PlainValue] => [String(key), convert(item, parents)])
    .toArray();
  if (count > maxEntries) result.push(['…', `[${count - maxEntries} more]`]);
  return Object.fromEntries(result);
}
