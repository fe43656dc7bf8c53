import { camelCase } from '../names.js';
import type { WitType } from '../types.js';
import { integerRange, isInteger } from './integers.js';
import { JsonValueError, mismatch, withoutForm } from './json-value-error.js';

type TypeOf<K extends WitType['kind']> = Extract<WitType, { readonly kind: K }>;

/**
 * JSON → value of a type, in the conventions of {@link WitType}. The forms are those of `packages/rpc/README.md`.
 *
 * @param path names the value in errors
 * @throws {@link JsonValueError}
 */
export function jsonToValue(type: WitType, json: unknown, path: string): unknown {
  switch (type.kind) {
    case 'bool':
      if (typeof json === 'boolean') return json;
      break;
    case 'string':
      if (typeof json === 'string') return json;
      break;
    case 'char':
      if (typeof json === 'string' && [...json].length === 1) return json;
      break;
    case 'f32':
    case 'f64':
      if (typeof json === 'number') return json;
      if (typeof json === 'string' && floatsWithoutNumber.has(json)) return Number(json);
      break;
    case 'list':
      return listOf(type, json, path);
    case 'fixed-list':
      if (Array.isArray(json) && json.length === type.length) return itemsOf(type.element, json, path);
      break;
    case 'map':
      return mapOf(type, json, path);
    case 'option':
      return optionOf(type, json, path);
    case 'result':
      return resultOf(type, json, path);
    case 'tuple':
      if (Array.isArray(json) && json.length === type.items.length) {
        return type.items.map((item, index) => jsonToValue(item, json[index], `${path}[${index}]`));
      }
      break;
    case 'record':
      return recordOf(type, json, path);
    case 'variant':
      return variantOf(type, json, path);
    case 'enum':
      if (typeof json === 'string' && type.cases.includes(json)) return json;
      break;
    case 'flags':
      return flagsOf(type, json, path);
    default:
      if (isInteger(type)) return integerOf(type, json, path);
      throw withoutForm(path, type);
  }
  throw mismatch(path, type, json);
}

const floatsWithoutNumber = new Set(['NaN', 'Infinity', '-Infinity', '-0']);

/** Beyond 2^53 a JSON number is no longer exact: such integers come as text, too. */
function integerOf(type: WitType, json: unknown, path: string): number | bigint {
  const isText = typeof json === 'string' && /^-?\d{1,20}$/.test(json);
  if (!isText && !Number.isSafeInteger(json)) throw mismatch(path, type, json);
  const { isBig, max, min } = integerRange(type);
  const value = BigInt(json as string | number);
  if (value < min || value > max) throw mismatch(path, type, json);
  return isBig ? value : Number(value);
}

function listOf(type: TypeOf<'list'>, json: unknown, path: string): unknown {
  if (type.element.kind === 'u8') {
    const bytes = bytesOf(json);
    if (bytes !== undefined) return bytes;
  }
  if (!Array.isArray(json)) throw mismatch(path, type, json);
  const items = itemsOf(type.element, json, path);
  return type.element.kind === 'u8' ? Uint8Array.from(items as number[]) : items;
}

/** Bytes are text, `{ "base64": … }`, or, as any list, an array of numbers. */
function bytesOf(json: unknown): Uint8Array | undefined {
  if (typeof json === 'string') return new TextEncoder().encode(json);
  if (!isObject(json) || typeof json.base64 !== 'string' || Object.keys(json).length > 1) return undefined;
  try {
    return Uint8Array.fromBase64(json.base64);
  } catch {
    return undefined;
  }
}

function itemsOf(element: WitType, json: readonly unknown[], path: string): unknown[] {
  return json.map((item, index) => jsonToValue(element, item, `${path}[${index}]`));
}

function mapOf({ key, value, ...type }: TypeOf<'map'>, json: unknown, path: string): unknown {
  const entries = Array.isArray(json)
    ? json
    : isObject(json) && key.kind === 'string'
      ? Object.entries(json)
      : undefined;
  if (entries === undefined) throw mismatch(path, { key, value, ...type }, json);
  const pair = { kind: 'tuple', items: [key, value] } as const;
  return new Map(itemsOf(pair, entries, path) as [unknown, unknown][]);
}

function optionOf(type: TypeOf<'option'>, json: unknown, path: string): unknown {
  if (type.some.kind !== 'option') {
    return json === null ? undefined : jsonToValue(type.some, json, path);
  }
  if (json === null) return { tag: 'none' };
  if (!isObject(json) || !Object.hasOwn(json, 'some') || Object.keys(json).length > 1) {
    throw mismatch(path, type, json);
  }
  return { tag: 'some', val: jsonToValue(type.some, json.some, `${path}.some`) };
}

function resultOf(type: TypeOf<'result'>, json: unknown, path: string): unknown {
  const [tag, another] = isObject(json) ? Object.keys(json) : [];
  if (!isObject(json) || another !== undefined || (tag !== 'ok' && tag !== 'err')) {
    throw mismatch(path, type, json);
  }
  return { tag, val: payloadOf(type[tag], json[tag], `${path}.${tag}`) };
}

function payloadOf(type: WitType | undefined, json: unknown, path: string): unknown {
  if (type !== undefined) return jsonToValue(type, json, path);
  if (json === null) return undefined;
  throw new JsonValueError(path, 'expected null: there is no value here');
}

function recordOf(type: TypeOf<'record'>, json: unknown, path: string): unknown {
  if (!isObject(json)) throw mismatch(path, type, json);
  const names = new Map(
    type.fields.flatMap(({ name }) => [
      [name, name],
      [camelCase(name), name],
    ]),
  );
  const given = new Map<string, unknown>();
  for (const [key, member] of Object.entries(json)) {
    const name = names.get(key);
    if (name === undefined || given.has(name)) {
      const fields = type.fields.map((field) => field.name).join(', ');
      throw new JsonValueError(
        `${path}.${key}`,
        `there is no such field, or it is there twice; fields are ${fields}`,
      );
    }
    given.set(name, member);
  }
  return Object.fromEntries(
    type.fields.map((field) => {
      const isMissing = !given.has(field.name);
      if (isMissing && field.type.kind !== 'option') {
        throw new JsonValueError(`${path}.${field.name}`, 'is missing');
      }
      const member = isMissing ? null : given.get(field.name);
      return [camelCase(field.name), jsonToValue(field.type, member, `${path}.${field.name}`)];
    }),
  );
}

/** A case without a value may stand as text. */
function variantOf(type: TypeOf<'variant'>, json: unknown, path: string): unknown {
  const [tag, another] = typeof json === 'string' ? [json] : isObject(json) ? Object.keys(json) : [];
  const found = type.cases.find(({ name }) => name === tag);
  if (found === undefined || another !== undefined) throw mismatch(path, type, json);
  const val = isObject(json) ? json[found.name] : null;
  if (found.type === undefined) {
    payloadOf(undefined, val, `${path}.${found.name}`);
    return { tag };
  }
  if (!isObject(json))
    throw new JsonValueError(path, `the case ${found.name} has a value: write {"${found.name}": …}`);
  return { tag, val: jsonToValue(found.type, val, `${path}.${found.name}`) };
}

function flagsOf(type: TypeOf<'flags'>, json: unknown, path: string): unknown {
  const isNames = Array.isArray(json) && json.every((each) => type.flags.includes(each));
  if (!isNames) throw mismatch(path, type, json);
  return Object.fromEntries(type.flags.map((name) => [camelCase(name), json.includes(name)]));
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
