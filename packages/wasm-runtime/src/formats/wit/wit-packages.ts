import type { WitField, WitFunction, WitInterface, WitType } from '@wasmlattice/rpc';
import { parseInterfaceId } from '../../interface-id.js';
import { readTokens, type Tokens } from './tokens.js';
import { type Named, named, resourceNamed, type TypeNames, typeNamed, typeReader } from './type-names.js';

/**
 * The interfaces of WIT packages, read when they are first asked for: types, resources, functions, `use` between the packages, in any
 * order. Each text begins with its `package`. Worlds, `include` and feature gates are not understood: these texts say what a host serves,
 * and not what a component is.
 */
export class WitPackages {
  /** By what follows the word `package`: `wasi:io@0.2.12`. */
  readonly #texts: ReadonlyMap<string, string>;
  readonly #packages = new Map<string, ReadonlyMap<string, InterfaceReader>>();

  constructor(...texts: readonly string[]) {
    this.#texts = new Map(texts.map((text) => [packageOf(text), text]));
  }

  /**
   * @param id with the version: `wasi:io/poll@0.2.12`
   * @throws SyntaxError that quotes the place
   */
  get(id: string): WitInterface | undefined {
    return this.#reader(id)?.resolve();
  }

  /** Everything there is. */
  all(): WitInterface[] {
    return [...this.#texts.keys()].flatMap((name) =>
      [...this.#package(name).values()].map((reader) => reader.resolve()),
    );
  }

  #reader(id: string): InterfaceReader | undefined {
    const { name, version } = parseInterfaceId(id);
    const path = name.split('/', 1)[0] ?? '';
    return this.#package(version === '' ? path : `${path}@${version}`).get(id);
  }

  #package(name: string): ReadonlyMap<string, InterfaceReader> {
    const known = this.#packages.get(name);
    if (known !== undefined) return known;
    const text = this.#texts.get(name);
    const read =
      text === undefined ? new Map() : readPackage(readTokens(text), (id) => this.#reader(id)?.names);
    this.#packages.set(name, read);
    return read;
  }
}

function packageOf(text: string): string {
  const tokens = readTokens(text.slice(0, text.indexOf(';') + 1));
  tokens.expect('package');
  return `${tokens.next()}${readVersion(tokens)}`;
}

function readPackage(
  tokens: Tokens,
  find: (id: string) => TypeNames | undefined,
): ReadonlyMap<string, InterfaceReader> {
  const interfaces = new Map<string, InterfaceReader>();
  tokens.expect('package');
  const path = tokens.next();
  const version = readVersion(tokens);
  tokens.expect(';');
  const idOf = (name: string): string => `${path}/${name}${version}`;
  while (!tokens.atEnd) {
    tokens.expect('interface');
    const id = idOf(tokens.name());
    interfaces.set(id, new InterfaceReader(tokens, id, idOf, find));
  }
  return interfaces;
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
  #resolved: WitInterface | undefined;
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
    this.#resolved ??= {
      id: this.#id,
      functions: this.#functions.map((func) => func()),
      resources: this.#resources,
    };
    return this.#resolved;
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
