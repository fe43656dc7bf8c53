import type { WitType } from '@wasmlattice/rpc';
import type { JsonValue } from '@wasmlattice/rpc/json';
import { hasNoJson } from '../file/has-no-json.js';

/** What is recorded of a value without its streams and futures: what is known when a call is made. */
export function withoutDeferred(type: WitType, json: JsonValue): JsonValue {
  if (!hasNoJson(type) || json === null) return json;
  const member = (name: string, part: WitType | undefined): JsonValue => {
    const value = (json as Readonly<Record<string, JsonValue>>)[name] ?? null;
    return part === undefined ? value : withoutDeferred(part, value);
  };
  switch (type.kind) {
    case 'stream':
    case 'future':
      return null;
    case 'list':
    case 'fixed-list':
      return (json as readonly JsonValue[]).map((item) => withoutDeferred(type.element, item));
    case 'option':
      return type.some.kind === 'option'
        ? { some: member('some', type.some) }
        : withoutDeferred(type.some, json);
    case 'tuple':
      return type.items.map((item, at) => withoutDeferred(item, (json as readonly JsonValue[])[at] ?? null));
    case 'record':
      return Object.fromEntries(type.fields.map((field) => [field.name, member(field.name, field.type)]));
    case 'result': {
      const tag = Object.hasOwn(json as object, 'ok') ? 'ok' : 'err';
      return { [tag]: member(tag, type[tag]) };
    }
    case 'variant': {
      if (typeof json === 'string') return json;
      const [tag = ''] = Object.keys(json as object);
      return { [tag]: member(tag, type.cases.find(({ name }) => name === tag)?.type) };
    }
    default:
      return json;
  }
}
