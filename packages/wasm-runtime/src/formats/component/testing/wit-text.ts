/**
 * Reads WIT text and writes every function out in the form of `formatFunction`, named types expanded. It knows the
 * text only, so that comparing it with what the decoder finds in a binary built from the same text by foreign tools
 * checks the decoder. It covers what the tests use: types are named before they are used, and `include` is missing.
 */
export interface WitText {
  /** By id, functions in no particular order. */
  readonly interfaces: ReadonlyMap<string, readonly string[]>;
  readonly worlds: ReadonlyMap<string, WorldText>;
}

export interface WorldText {
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly importedFunctions: readonly string[];
  readonly exportedFunctions: readonly string[];
}

type Types = Map<string, string>;

export function readWitText(text: string): WitText {
  return new WitReader(text).read();
}

class WitReader {
  readonly #tokens: readonly string[];
  #position = 0;
  #package = { path: '', version: '' };
  readonly #interfaces = new Map<string, string[]>();
  readonly #types = new Map<string, Types>();
  readonly #worlds = new Map<string, WorldText>();

  constructor(text: string) {
    const bare = text.replace(/\/\/.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '');
    this.#tokens =
      bare.match(/@[0-9][\w.-]*(?<!\.)|->|%?[a-zA-Z][\w-]*(?::[a-z][\w-]*)*(?:\/[a-z][\w-]*)?|_|[^\s\w]/g) ??
      [];
  }

  read(): WitText {
    this.#members();
    return { interfaces: this.#interfaces, worlds: this.#worlds };
  }

  #members(): void {
    while (this.#position < this.#tokens.length && this.#peek() !== '}') {
      const keyword = this.#next();
      if (keyword === 'package') this.#packageDeclaration();
      else if (keyword === 'interface') this.#interface(this.#id(this.#next()));
      else if (keyword === 'world') this.#world(this.#next());
      else throw new Error(`unknown top-level word ${keyword}`);
    }
  }

  #packageDeclaration(): void {
    const outer = this.#package;
    this.#package = { path: this.#next(), version: this.#peek().startsWith('@') ? this.#next() : '' };
    if (this.#accept(';')) return;
    this.#expect('{');
    this.#members();
    this.#expect('}');
    this.#package = outer;
  }

  #interface(id: string): void {
    const functions: string[] = [];
    const types: Types = new Map();
    this.#interfaces.set(id, functions);
    this.#types.set(id, types);
    this.#expect('{');
    while (!this.#accept('}')) {
      if (this.#typeDefinition(types, functions)) continue;
      const name = this.#name();
      this.#expect(':');
      functions.push(`${name}: ${this.#func(types)}`);
      this.#expect(';');
    }
  }

  #world(name: string): void {
    const world = {
      imports: [] as string[],
      exports: [] as string[],
      importedFunctions: [] as string[],
      exportedFunctions: [] as string[],
    };
    this.#worlds.set(name, world);
    const types: Types = new Map();
    this.#expect('{');
    while (!this.#accept('}')) {
      if (this.#typeDefinition(types, world.importedFunctions)) continue;
      const direction = this.#next();
      const [instances, functions] =
        direction === 'import'
          ? [world.imports, world.importedFunctions]
          : [world.exports, world.exportedFunctions];
      const subject = this.#name();
      if (!this.#accept(':')) {
        instances.push(this.#id(subject));
      } else if (this.#accept('interface')) {
        this.#interface(subject);
        instances.push(subject);
        continue;
      } else {
        functions.push(`${subject}: ${this.#func(types)}`);
      }
      this.#expect(';');
    }
  }

  #typeDefinition(types: Types, functions: string[]): boolean {
    const keyword = this.#peek();
    if (this.#tokens[this.#position + 1] === ':') return false;
    switch (keyword) {
      case 'use': {
        this.#next();
        const from = this.#types.get(this.#id(this.#next()));
        this.#expect('.');
        this.#expect('{');
        this.#list('}', () => {
          const name = this.#name();
          const alias = this.#accept('as') ? this.#name() : name;
          types.set(alias, from?.get(name) ?? `unknown ${name}`);
        });
        this.#expect(';');
        return true;
      }
      case 'type': {
        this.#next();
        const name = this.#name();
        this.#expect('=');
        types.set(name, this.#type(types));
        this.#expect(';');
        return true;
      }
      case 'record':
        this.#body(types, keyword, () => {
          const name = this.#name();
          this.#expect(':');
          return `${name}: ${this.#type(types)}`;
        });
        return true;
      case 'variant':
        this.#body(types, keyword, () => {
          const name = this.#name();
          if (!this.#accept('(')) return name;
          const type = this.#type(types);
          this.#expect(')');
          return `${name}(${type})`;
        });
        return true;
      case 'enum':
      case 'flags':
        this.#body(types, keyword, () => this.#name());
        return true;
      case 'resource':
        this.#resource(types, functions);
        return true;
      default:
        return false;
    }
  }

  #body(types: Types, keyword: string, item: () => string): void {
    this.#next();
    const name = this.#name();
    this.#expect('{');
    types.set(name, `${keyword} { ${this.#list('}', item).join(', ')} }`);
  }

  #resource(types: Types, functions: string[]): void {
    this.#next();
    const resource = this.#name();
    types.set(resource, resource);
    if (this.#accept(';')) return;
    this.#expect('{');
    while (!this.#accept('}')) {
      const name = this.#name();
      if (name === 'constructor') {
        const params = this.#params(types);
        functions.push(`[constructor]${resource}: func(${params.join(', ')}) -> ${resource}`);
      } else {
        this.#expect(':');
        const isStatic = this.#accept('static');
        const self = isStatic ? [] : [`self: borrow<${resource}>`];
        functions.push(`[${isStatic ? 'static' : 'method'}]${resource}.${name}: ${this.#func(types, self)}`);
      }
      this.#expect(';');
    }
  }

  #func(types: Types, self: readonly string[] = []): string {
    const async = this.#accept('async') ? 'async ' : '';
    this.#expect('func');
    const params = [...self, ...this.#params(types)];
    const result = this.#accept('->') ? ` -> ${this.#type(types)}` : '';
    return `${async}func(${params.join(', ')})${result}`;
  }

  #params(types: Types): string[] {
    this.#expect('(');
    return this.#list(')', () => {
      const name = this.#name();
      this.#expect(':');
      return `${name}: ${this.#type(types)}`;
    });
  }

  #type(types: Types): string {
    const name = this.#name();
    const args = this.#accept('<')
      ? this.#list('>', () => (this.#accept('_') ? '_' : this.#type(types)))
      : [];
    if (name === 'own') return args[0] ?? '';
    if (args.length > 0) return `${name}<${args.join(', ')}>`;
    return types.get(name) ?? name;
  }

  #id(name: string): string {
    const version = this.#peek().startsWith('@') ? this.#next() : '';
    if (name.includes('/')) return `${name}${version}`;
    return this.#types.has(name) ? name : `${this.#package.path}/${name}${this.#package.version}`;
  }

  #list<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.#accept(end)) {
      items.push(item());
      if (!this.#accept(',')) {
        this.#expect(end);
        break;
      }
    }
    return items;
  }

  #name(): string {
    return this.#next().replace(/^%/, '');
  }

  #peek(): string {
    return this.#tokens[this.#position] ?? '';
  }

  #next(): string {
    return this.#tokens[this.#position++] ?? '';
  }

  #accept(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#position++;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) {
      const around = this.#tokens.slice(Math.max(0, this.#position - 8), this.#position + 4).join(' ');
      throw new Error(`expected "${token}" in: ${around}`);
    }
  }
}
