import type { WitType } from '@wasmlattice/rpc';
import { buildGuest } from './build-guest.js';

export const echoInterface = 'test:guest/echo@1.0.0';
export const passInterface = 'test:guest/pass@1.0.0';

type CoreType = 'i32' | 'i64' | 'f32' | 'f64';

/** Core values that a type is passed as; an engine that sees it otherwise has the component refused by wasm-tools. */
export type FlatTypes = (type: WitType) => readonly CoreType[];

/**
 * A guest with a function `echo-N` for each type, which gives its parameter to the host function `pass-N` and returns
 * what it gets. It never looks at a value: parameters go on as the core values they came as, and the result stays in
 * memory where it was put.
 */
export function buildEchoGuest(types: readonly WitType[], flatTypes: FlatTypes): Promise<Uint8Array> {
  const definitions: string[] = [];
  const names = types.map((type) => writeType(type, definitions));
  const functions = (name: string): string =>
    names.map((type, i) => `${name}-${i}: func(value: ${type}) -> ${type};`).join('\n');
  const used = new Set(names.flatMap((name) => name.match(/\bt\d+\b/g) ?? []));
  return buildGuest({
    wit: `
      world guest {
        import pass;
        export echo;
      }
      interface pass {
        ${definitions.join('\n')}
        ${functions('pass')}
      }
      interface echo {
        ${used.size > 0 ? `use pass.{${[...used].join(', ')}};` : ''}
        ${functions('echo')}
      }`,
    wat: `
      ${types.map((type, i) => importOf(i, flatTypes(type))).join('\n')}
      ;; code
      (func $make-room
        (drop (memory.grow (i32.const 15)))
        (global.set $heap (i32.const ${endOfResult})))
      (start $make-room)
      ${types.map((type, i) => exportOf(i, flatTypes(type))).join('\n')}`,
  });
}

/** The first page of memory is for the result. */
const resultAddress = 16;
const endOfResult = 65536;
const mostParams = 16;

function paramsOf(flat: readonly CoreType[]): readonly CoreType[] {
  return flat.length > mostParams ? ['i32'] : flat;
}

function importOf(i: number, flat: readonly CoreType[]): string {
  const params = paramsOf(flat);
  const signature =
    flat.length === 1 ? `(param ${params.join(' ')}) (result ${flat[0]})` : `(param ${params.join(' ')} i32)`;
  return `(import "${passInterface}" "pass-${i}" (func $pass-${i} ${signature}))`;
}

function exportOf(i: number, flat: readonly CoreType[]): string {
  const params = paramsOf(flat);
  const passed = params.map((_, index) => `(local.get ${index})`).join(' ');
  const body =
    flat.length === 1
      ? `(result ${flat[0]}) (call $pass-${i} ${passed})`
      : `(result i32) (call $pass-${i} ${passed} (i32.const ${resultAddress})) (i32.const ${resultAddress})`;
  return `(func (export "${echoInterface}#echo-${i}") (param ${params.join(' ')}) ${body})`;
}

/** WIT text of a type; what has to have a name is defined first. */
function writeType(type: WitType, definitions: string[]): string {
  const define = (text: (name: string) => string): string => {
    const name = `t${definitions.length}`;
    definitions.push(text(name));
    return name;
  };
  const write = (inner: WitType): string => writeType(inner, definitions);
  switch (type.kind) {
    case 'list':
      return `list<${write(type.element)}>`;
    case 'fixed-list':
      return `list<${write(type.element)}, ${type.length}>`;
    case 'map':
      return `map<${write(type.key)}, ${write(type.value)}>`;
    case 'option':
      return `option<${write(type.some)}>`;
    case 'tuple':
      return `tuple<${type.items.map(write).join(', ')}>`;
    case 'result': {
      const ok = type.ok && write(type.ok);
      const err = type.err && write(type.err);
      if (err !== undefined) return `result<${ok ?? '_'}, ${err}>`;
      return ok === undefined ? 'result' : `result<${ok}>`;
    }
    case 'record': {
      const fields = type.fields.map((field) => `%${field.name}: ${write(field.type)}`);
      return define((name) => `record ${name} { ${fields.join(', ')} }`);
    }
    case 'variant': {
      const cases = type.cases.map((one) => `%${one.name}${one.type ? `(${write(one.type)})` : ''}`);
      return define((name) => `variant ${name} { ${cases.join(', ')} }`);
    }
    case 'enum':
      return define((name) => `enum ${name} { ${type.cases.map((one) => `%${one}`).join(', ')} }`);
    case 'flags':
      return define((name) => `flags ${name} { ${type.flags.map((one) => `%${one}`).join(', ')} }`);
    default:
      return type.kind;
  }
}
