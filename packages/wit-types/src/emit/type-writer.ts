import { camelCase, type WitResource, type WitType } from '@wasmlattice/rpc';
import { type NamedType, parseInterfaceId } from '@wasmlattice/wasm-runtime';
import { WitError } from '../errors.js';
import { type Names, propertyName, quoted, typeName, variableName } from './identifiers.js';

/** A type as its two names in the module: of the TypeScript type, and of the constant that is the WIT type. */
interface Declared {
  readonly type: string;
  readonly constant: string;
}

export interface TypeWriterOptions {
  readonly namedTypes: readonly NamedType[];
  readonly names: { readonly types: Names; readonly variables: Names };
}

const primitives: Readonly<Record<string, string>> = {
  bool: 'boolean',
  u8: 'number',
  u16: 'number',
  u32: 'number',
  u64: 'bigint',
  s8: 'number',
  s16: 'number',
  s32: 'number',
  s64: 'bigint',
  f32: 'number',
  f64: 'number',
  char: 'string',
  string: 'string',
};

/**
 * Writes WIT types as TypeScript types, and as calls of the builders of `@wasmlattice/rpc`. Records, variants, enums and flags get
 * declarations of their own, which are collected in an order in which each comes after those that it needs.
 */
export class TypeWriter {
  readonly declarations: string[] = [];
  /** What the module needs of `@wasmlattice/rpc`. */
  readonly used: Set<string> = new Set();
  readonly #named = new Map<WitType, NamedType>();
  /** For types that an interface uses by way of others: it has no name for them itself. */
  readonly #byShape = new Map<string, NamedType>();
  readonly #names: TypeWriterOptions['names'];
  readonly #declared = new Map<WitType, Declared>();
  /** By name and structure. */
  readonly #shapes = new Map<string, Declared>();
  readonly #resources = new Map<WitResource, Declared>();

  constructor({ namedTypes, names }: TypeWriterOptions) {
    this.#names = names;
    for (const named of namedTypes) {
      if (!this.#named.has(named.type)) this.#named.set(named.type, named);
      const shape = JSON.stringify(named.type);
      if (!this.#byShape.has(shape)) this.#byShape.set(shape, named);
    }
  }

  /** The type of its values, which may need parentheses. */
  valueType(type: WitType): string {
    const declared = this.#declare(type);
    if (declared !== undefined) return declared.type;
    switch (type.kind) {
      case 'list':
        return type.element.kind === 'u8' ? 'Uint8Array' : `${this.#item(type.element)}[]`;
      case 'map':
        return `ReadonlyMap<${this.valueType(type.key)}, ${this.valueType(type.value)}>`;
      case 'option':
        return type.some.kind === 'option'
          ? `{ readonly tag: 'none' } | { readonly tag: 'some'; readonly val: ${this.valueType(type.some)} }`
          : `${this.valueType(type.some)} | undefined`;
      case 'result':
        this.used.add('type Result');
        return `Result<${this.#maybe(type.ok)}, ${this.#maybe(type.err)}>`;
      case 'tuple':
        return `[${type.items.map((item) => this.valueType(item)).join(', ')}]`;
      case 'record':
        return `{ ${type.fields.map((field) => `${propertyName(camelCase(field.name))}: ${this.valueType(field.type)}`).join('; ')} }`;
      case 'variant':
        return type.cases.map((each) => this.#caseType(each)).join(' | ');
      case 'enum':
        return type.cases.map(quoted).join(' | ');
      case 'flags':
        return `{ ${type.flags.map((flag) => `${propertyName(camelCase(flag))}?: boolean`).join('; ')} }`;
      case 'own':
      case 'borrow':
        return this.#resource(type.resource).type;
      case 'stream': {
        const { element } = type;
        if (element === undefined) return 'AsyncIterable<unknown[]>';
        return `AsyncIterable<${element.kind === 'u8' ? 'Uint8Array' : `${this.#item(element)}[]`}>`;
      }
      case 'future':
        return `Promise<${this.#maybe(type.value)}>`;
      default:
        return primitives[type.kind] ?? noForm(type);
    }
  }

  /** An expression that is the type. */
  witType(type: WitType): string {
    this.used.add('t');
    return this.#declare(type)?.constant ?? this.#expression(type);
  }

  /** The constant that names a resource. */
  resource(resource: WitResource): string {
    return this.#resource(resource).constant;
  }

  #expression(type: WitType): string {
    const all = (types: readonly WitType[]): string => types.map((each) => this.witType(each)).join(', ');
    switch (type.kind) {
      case 'list':
        return `t.list(${this.witType(type.element)})`;
      case 'map':
        return `t.map(${all([type.key, type.value])})`;
      case 'option':
        return `t.option(${this.witType(type.some)})`;
      case 'result': {
        const err = type.err === undefined ? '' : `, ${this.witType(type.err)}`;
        if (type.ok === undefined) return err === '' ? 't.result()' : `t.result(undefined${err})`;
        return `t.result(${this.witType(type.ok)}${err})`;
      }
      case 'tuple':
        return `t.tuple(${all(type.items)})`;
      case 'record':
        return `t.record({ ${type.fields.map(({ name, type: field }) => `${propertyName(name)}: ${this.witType(field)}`).join(', ')} })`;
      case 'variant':
        return `t.variant({ ${type.cases.map((each) => `${propertyName(each.name)}: ${each.type === undefined ? 'undefined' : this.witType(each.type)}`).join(', ')} })`;
      case 'enum':
        return `t.enum(${type.cases.map(quoted).join(', ')})`;
      case 'flags':
        return `t.flags(${type.flags.map(quoted).join(', ')})`;
      case 'own':
      case 'borrow':
        return `t.${type.kind}(${this.resource(type.resource)})`;
      case 'stream':
        return `t.stream(${type.element === undefined ? '' : this.witType(type.element)})`;
      case 'future':
        return `t.future(${type.value === undefined ? '' : this.witType(type.value)})`;
      default:
        return type.kind in primitives ? `t.${type.kind}` : noForm(type);
    }
  }

  #maybe(type: WitType | undefined): string {
    return type === undefined ? 'undefined' : this.valueType(type);
  }

  /** Of a list: parentheses where the type is a union. */
  #item(type: WitType): string {
    const text = this.valueType(type);
    return / \| /.test(text) ? `(${text})` : text;
  }

  #caseType({ name, type }: { readonly name: string; readonly type?: WitType }): string {
    const val = type === undefined ? 'val?: undefined' : `val: ${this.valueType(type)}`;
    return `{ readonly tag: ${quoted(name)}; readonly ${val} }`;
  }

  #declare(type: WitType): Declared | undefined {
    if (type.kind !== 'record' && type.kind !== 'variant' && type.kind !== 'enum' && type.kind !== 'flags') {
      return undefined;
    }
    const known = this.#declared.get(type);
    if (known !== undefined) return known;
    const named = this.#named.get(type) ?? this.#byShape.get(JSON.stringify(type));
    if (named === undefined) return undefined;
    // Interfaces that use the type of another one have it as an object of their own.
    const key = JSON.stringify([named.name, type]);
    const same = this.#shapes.get(key);
    if (same !== undefined) return same;
    const declared = this.#take(named.instance, named.name);
    this.#declared.set(type, declared);
    this.#shapes.set(key, declared);
    const [open, close] = bracketsOf(type);
    const body = this.#body(type);
    this.used.add('type TypedWit');
    this.declarations.push(
      `/** \`${named.name}\` of \`${named.instance}\` */\nexport ${open} ${declared.type}${close(body)}\n\n` +
        `const ${declared.constant}: TypedWit<${declared.type}> = ${this.#expression(type)};`,
    );
    return declared;
  }

  #body(type: Extract<WitType, { kind: 'record' | 'variant' | 'enum' | 'flags' }>): string {
    switch (type.kind) {
      case 'record':
        return type.fields
          .map((field) => `  ${propertyName(camelCase(field.name))}: ${this.valueType(field.type)};\n`)
          .join('');
      case 'flags':
        return type.flags.map((flag) => `  ${propertyName(camelCase(flag))}?: boolean;\n`).join('');
      case 'variant':
        return type.cases.map((each) => `\n  | ${this.#caseType(each)}`).join('');
      case 'enum':
        return type.cases.map((each) => `\n  | ${quoted(each)}`).join('');
    }
  }

  #resource(resource: WitResource): Declared {
    const known = this.#resources.get(resource);
    if (known !== undefined) return known;
    const declared = this.#take(resource.instance, resource.name);
    this.#resources.set(resource, declared);
    this.used.add('type WitResource');
    this.declarations.push(
      `/** A handle of the resource \`${resource.name}\` of \`${resource.instance}\`; what is in it is known to whoever made it. */\n` +
        `export type ${declared.type} = Uint8Array;\n\n` +
        `const ${declared.constant}: WitResource = { instance: ${quoted(resource.instance)}, name: ${quoted(resource.name)} };`,
    );
    return declared;
  }

  /** The name alone where it is free, else with that of the interface before it. */
  #take(instance: string, name: string): Declared {
    const { name: path } = parseInterfaceId(instance);
    const [packageName = '', interfaceName = ''] = path.split('/');
    const longer = [`${interfaceName}-${name}`, `${packageName.replace(':', '-')}-${interfaceName}-${name}`];
    const { types, variables } = this.#names;
    return {
      type: types.take(typeName(name), ...longer.map(typeName)),
      constant: variables.take(
        variableName(`${name}-type`),
        ...longer.map((each) => variableName(`${each}-type`)),
      ),
    };
  }
}

/** What stands around the body of a declaration. */
function bracketsOf({ kind }: WitType): readonly [keyword: string, close: (body: string) => string] {
  return kind === 'record' || kind === 'flags'
    ? ['interface', (body) => ` {\n${body}}`]
    : ['type', (body) => ` =${body};`];
}

function noForm({ kind }: WitType): never {
  const what = kind === 'fixed-list' ? 'a list of fixed length' : `the type ${kind}`;
  throw new WitError(`${what} has no form on wRPC: take a list or a record`);
}
