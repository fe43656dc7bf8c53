import type { WitField, WitFunction, WitInterface, WitType } from '@wasmlattice/rpc';
import { readTokens, type Tokens } from './tokens.js';
import { type Named, named, resourceNamed, type TypeNames, typeNamed, typeReader } from './type-names.js';

/** Interfaces by their id, version included: `wasi:io/poll@0.2.12`. */
export type WitInterfaces = ReadonlyMap<string, WitInterface>;

/**
 * Reads the interfaces of WIT packages: types, resources, functions, `use` between the packages, in any order. Each text begins with
 * its `package`. Worlds, `include` and feature gates are not read: these texts say what a host serves, and not what a component is.
 *
 * @throws SyntaxError that quotes the place
 */
export function readWit(...texts: readonly string[]): WitInterfaces {
  const interfaces = new Map<string, InterfaceReader>();
  for (const text of texts) readPackage(readTokens(text), interfaces);
  return new Map([...interfaces].map(([id, reader]) => [id, reader.resolve()]));
}

function readPackage(tokens: Tokens, interfaces: Map<string, InterfaceReader>): void {
  tokens.expect('package');
  const path = tokens.next();
  const version = readVersion(tokens);
  tokens.expect(';');
  const idOf = (name: string): string => `${path}/${name}${version}`;
  while (!tokens.atEnd) {
    tokens.expect('interface');
    const id = idOf(tokens.name());
    const find = (used: string): TypeNames | undefined => interfaces.get(used)?.names;
    interfaces.set(id, new InterfaceReader(tokens, id, idOf, find));
  }
}

function readVersion(tokens: Tokens): string {
  return tokens.peek().startsWith('@') ? tokens.next() : '';
}

/** One interface: what it names may stand anywhere, so that types are looked up once all texts are read. */
class InterfaceReader {
  readonly names: TypeNames = new Map();
  readonly #id: string;
  readonly #idOf: (name: string) => string;
  readonly #find: (id: string) => TypeNames | undefined;
  readonly #functions: (() => WitFunction)[] = [];
  readonly #resources: string[] = [];
  readonly #tokens: Tokens;
  readonly #readType: () => () => WitType;

  constructor(
    tokens: Tokens,
    id: string,
    idOf: (name: string) => string,
    find: (id: string) => TypeNames | undefined,
  ) {
    this.#tokens = tokens;
    this.#id = id;
    this.#idOf = idOf;
    this.#find = find;
    this.#readType = typeReader(tokens, this.names);
    tokens.expect('{');
    while (!tokens.accept('}')) this.#member();
  }

  resolve(): WitInterface {
    return {
      id: this.#id,
      functions: this.#functions.map((func) => func()),
      resources: this.#resources,
    };
  }

  #member(): void {
    const tokens = this.#tokens;
    // What comes before a colon is the name of a function, whatever word it is.
    if (tokens.peek(1) === ':') {
      this.#func(tokens.name());
      return;
    }
    const keyword = tokens.next();
    switch (keyword) {
      case 'use':
        this.#use();
        return;
      case 'type':
        this.#alias();
        return;
      case 'record':
        this.#define(() => {
          const fields = tokens.list('}', () => this.#field());
          return () => ({ kind: 'record', fields: fields.map((field) => field()) });
        });
        return;
      case 'variant':
        this.#define(() => {
          const cases = tokens.list('}', () => this.#case());
          return () => ({ kind: 'variant', cases: cases.map((each) => each()) });
        });
        return;
      case 'enum':
        this.#define(() => {
          const cases = tokens.list('}', () => tokens.name());
          return () => ({ kind: 'enum', cases });
        });
        return;
      case 'flags':
        this.#define(() => {
          const flags = tokens.list('}', () => tokens.name());
          return () => ({ kind: 'flags', flags });
        });
        return;
      case 'resource':
        this.#resource();
        return;
      default:
        throw tokens.unexpected(keyword, 'a type, a resource, a function or a use');
    }
  }

  /** `use poll.{pollable}`, `use wasi:io/error@0.2.12.{error as io-error}` */
  #use(): void {
    const tokens = this.#tokens;
    const from = tokens.name();
    const id = from.includes('/') ? `${from}${readVersion(tokens)}` : this.#idOf(from);
    tokens.expect('.');
    tokens.expect('{');
    tokens.list('}', () => {
      const name = tokens.name();
      const alias = tokens.accept('as') ? tokens.name() : name;
      this.names.set(alias, () => this.#used(id, name));
    });
    tokens.expect(';');
  }

  #used(id: string, name: string): Named {
    const used = this.#find(id)?.get(name);
    if (used === undefined) throw new SyntaxError(`${this.#id} uses ${id}.{${name}}, which is not there`);
    return used();
  }

  #alias(): void {
    const tokens = this.#tokens;
    const name = tokens.name();
    tokens.expect('=');
    const target = tokens.peek();
    const type = this.#readType();
    // Of a resource an alias is another name, too.
    this.names.set(
      name,
      named(() => this.names.get(target)?.() ?? { kind: 'type', type: type() }),
    );
    tokens.expect(';');
  }

  #define(readBody: () => () => WitType): void {
    const name = this.#tokens.name();
    this.#tokens.expect('{');
    this.names.set(name, typeNamed(readBody()));
  }

  #field(): () => WitField {
    const name = this.#tokens.name();
    this.#tokens.expect(':');
    const type = this.#readType();
    return () => ({ name, type: type() });
  }

  #case(): () => { readonly name: string; readonly type?: WitType } {
    const name = this.#tokens.name();
    if (!this.#tokens.accept('(')) return () => ({ name });
    const type = this.#readType();
    this.#tokens.expect(')');
    return () => ({ name, type: type() });
  }

  #resource(): void {
    const tokens = this.#tokens;
    const name = tokens.name();
    const resource = { instance: this.#id, name };
    this.#resources.push(name);
    this.names.set(name, resourceNamed(resource));
    if (tokens.accept(';')) return;
    tokens.expect('{');
    while (!tokens.accept('}')) {
      const member = tokens.name();
      if (member === 'constructor' && tokens.peek() === '(') {
        const params = this.#params();
        tokens.expect(';');
        this.#functions.push(() => ({
          name: `[constructor]${name}`,
          params: params.map((param) => param()),
          result: { kind: 'own', resource },
        }));
        continue;
      }
      tokens.expect(':');
      if (tokens.accept('static')) this.#signature(`[static]${name}.${member}`, []);
      else {
        const self: WitField = { name: 'self', type: { kind: 'borrow', resource } };
        this.#signature(`[method]${name}.${member}`, [self]);
      }
    }
  }

  #func(name: string): void {
    this.#tokens.expect(':');
    this.#signature(name, []);
  }

  #signature(name: string, self: readonly WitField[]): void {
    const tokens = this.#tokens;
    const isAsync = tokens.accept('async');
    tokens.expect('func');
    const params = this.#params();
    const result = tokens.accept('->') ? this.#readType() : undefined;
    tokens.expect(';');
    this.#functions.push(() => ({
      name,
      params: [...self, ...params.map((param) => param())],
      ...(result !== undefined && { result: result() }),
      ...(isAsync && { async: true }),
    }));
  }

  #params(): (() => WitField)[] {
    this.#tokens.expect('(');
    return this.#tokens.list(')', () => this.#field());
  }
}
