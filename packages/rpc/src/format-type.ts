import type { WitFunction, WitType } from './types.js';

/**
 * A type in WIT's spelling, for messages and listings. Named types appear written out, since a binary knows their
 * structure but not always their name: `record { name: string, age: u32 }`. Resources go by their own name.
 */
export function formatType(type: WitType): string {
  switch (type.kind) {
    case 'list':
      return `list<${formatType(type.element)}>`;
    case 'fixed-list':
      return `list<${formatType(type.element)}, ${type.length}>`;
    case 'map':
      return `map<${formatType(type.key)}, ${formatType(type.value)}>`;
    case 'option':
      return `option<${formatType(type.some)}>`;
    case 'result':
      return formatResult(type.ok, type.err);
    case 'tuple':
      return `tuple<${type.items.map(formatType).join(', ')}>`;
    case 'record':
      return `record ${braces(type.fields.map((field) => `${field.name}: ${formatType(field.type)}`))}`;
    case 'variant':
      return `variant ${braces(type.cases.map((one) => (one.type === undefined ? one.name : `${one.name}(${formatType(one.type)})`)))}`;
    case 'enum':
      return `enum ${braces(type.cases)}`;
    case 'flags':
      return `flags ${braces(type.flags)}`;
    case 'own':
      return type.resource.name;
    case 'borrow':
      return `borrow<${type.resource.name}>`;
    case 'stream':
      return type.element === undefined ? 'stream' : `stream<${formatType(type.element)}>`;
    case 'future':
      return type.value === undefined ? 'future' : `future<${formatType(type.value)}>`;
    default:
      return type.kind;
  }
}

/** A function in WIT's spelling, under its name in the binary: `[method]pollable.block: func(self: borrow<pollable>)`. */
export function formatFunction(func: WitFunction): string {
  const params = func.params.map((param) => `${param.name}: ${formatType(param.type)}`).join(', ');
  const result = func.result === undefined ? '' : ` -> ${formatType(func.result)}`;
  return `${func.name}: ${func.async === true ? 'async ' : ''}func(${params})${result}`;
}

function formatResult(ok: WitType | undefined, err: WitType | undefined): string {
  if (err !== undefined) return `result<${ok === undefined ? '_' : formatType(ok)}, ${formatType(err)}>`;
  return ok === undefined ? 'result' : `result<${formatType(ok)}>`;
}

function braces(items: readonly string[]): string {
  return items.length === 0 ? '{}' : `{ ${items.join(', ')} }`;
}
