import { camelCase, memberOf } from '../names.js';
import type { WitType } from '../types.js';
import { isInteger } from './integers.js';
import { withoutForm } from './json-value-error.js';

/** A value as JSON has it: `JSON.stringify` writes it without loss. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/**
 * Value of a type → JSON, the opposite of {@link jsonToValue}. Integers that a JSON number does not hold exactly are text, bytes are
 * `{ base64 }`.
 *
 * @param path names the value in errors
 * @throws JsonValueError for a type without a form in JSON: resources, streams, futures
 */
export function valueToJson(type: WitType, value: unknown, path: string): JsonValue {
  switch (type.kind) {
    case 'bool':
    case 'string':
    case 'char':
    case 'enum':
      return value as boolean | string;
    case 'f32':
    case 'f64':
      return floatOf(value as number);
    case 'list':
      if (type.element.kind === 'u8') return { base64: (value as Uint8Array).toBase64() };
      return itemsOf(type.element, value as Iterable<unknown>, path);
    case 'fixed-list':
      return itemsOf(type.element, value as Iterable<unknown>, path);
    case 'map': {
      const entries = [...(value as Iterable<readonly [unknown, unknown]>)];
      const pairs = entries.map(
        ([key, member], index) =>
          [
            valueToJson(type.key, key, `${path}[${index}]`),
            valueToJson(type.value, member, `${path}[${index}]`),
          ] as const,
      );
      return type.key.kind === 'string'
        ? Object.fromEntries(pairs as readonly (readonly [string, JsonValue])[])
        : pairs;
    }
    case 'option':
      return optionOf(type.some, value, path);
    case 'result': {
      const { tag, val } = value as { readonly tag: 'ok' | 'err'; readonly val?: unknown };
      const payload = type[tag];
      return { [tag]: payload === undefined ? null : valueToJson(payload, val, `${path}.${tag}`) };
    }
    case 'tuple':
      return type.items.map((item, index) =>
        valueToJson(item, (value as readonly unknown[])[index], `${path}[${index}]`),
      );
    case 'record':
      return Object.fromEntries(
        type.fields.map(({ name, type: field }) => [
          name,
          valueToJson(field, memberOf(value as object, camelCase(name)), `${path}.${name}`),
        ]),
      );
    case 'variant': {
      const { tag, val } = value as { readonly tag: string; readonly val?: unknown };
      const payload = type.cases.find(({ name }) => name === tag)?.type;
      return payload === undefined ? tag : { [tag]: valueToJson(payload, val, `${path}.${tag}`) };
    }
    case 'flags':
      return type.flags.filter((name) => memberOf(value as object, camelCase(name)) === true);
    default:
      if (isInteger(type)) return exact(value as number | bigint);
      throw withoutForm(path, type);
  }
}

function itemsOf(element: WitType, items: Iterable<unknown>, path: string): JsonValue {
  return Array.from(items, (item, index) => valueToJson(element, item, `${path}[${index}]`));
}

function optionOf(some: WitType, value: unknown, path: string): JsonValue {
  if (some.kind !== 'option') return value === undefined ? null : valueToJson(some, value, path);
  const { tag, val } = value as { readonly tag: 'none' | 'some'; readonly val?: unknown };
  return tag === 'none' ? null : { some: valueToJson(some, val, `${path}.some`) };
}

/** JSON has numbers for all but these. */
function floatOf(value: number): number | string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

function exact(value: number | bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
