import type { WitType } from '@wasmlattice/rpc';

/** A function of the generated components. */
export interface Func {
  readonly name: string;
  readonly params: readonly WitType[];
  readonly result?: WitType | undefined;
  /** Whether it may wait. */
  readonly isAsync?: boolean;
}

/** Component text of the types that functions have. Records, variants, enums and flags get names, as exports need them. */
export class TypeText {
  readonly #names = new Map<WitType, string>();
  readonly #bodies: string[] = [];
  readonly #funcs: readonly Func[];
  readonly #prefix: string;

  /** @param prefix what the names of types begin with in the text, so that two sets of them can be in one component */
  constructor(funcs: readonly Func[], prefix = 't') {
    this.#funcs = funcs;
    this.#prefix = prefix;
    for (const { params, result } of funcs) {
      for (const type of params) this.ref(type);
      if (result !== undefined) this.ref(result);
    }
  }

  /** `(import "NAME" (instance $i …))` with all functions and types, and the types by their names. */
  importInstance(name: string): string {
    return this.#import(
      name,
      this.#funcs.map((each) => `(export "${each.name}" ${this.func(each)})`).join('\n'),
    );
  }

  /** The same with functions that others have written, from `i`. */
  importTypes(funcs: string): string {
    return this.#import('i', funcs);
  }

  #import(name: string, funcs: string): string {
    const types = this.#each(
      (type, i) => `(type $raw-${i} ${this.#bodies[i]}) (export "t${i}" (type ${type} (eq $raw-${i})))`,
    );
    const aliases = this.#each((type, i) => `(alias export $i "t${i}" (type ${type}))`);
    return [`(import "${name}" (instance $i`, ...types, funcs, '))', ...aliases].join('\n');
  }

  /** Exports the types under their names, where they are there already. */
  reexport(): string {
    return this.#each((type, i) => `(export "t${i}" (type ${type}))`).join('\n');
  }

  /** Defines and exports the types. */
  define(): string {
    return this.#each(
      (type, i) => `(type $raw-${i} ${this.#bodies[i]}) (export ${type} "t${i}" (type $raw-${i}))`,
    ).join('\n');
  }

  #each(text: (type: string, index: number) => string): string[] {
    return this.#bodies.map((_, i) => text(`$${this.#prefix}${i}`, i));
  }

  /** `(func (param …) (result …))` */
  func(each: Func): string {
    return `(func ${each.isAsync ? 'async ' : ''}${this.signature(each)})`;
  }

  signature({ params, result }: Func): string {
    const parts = params.map((type, i) => `(param "p${i}" ${this.ref(type)})`);
    if (result !== undefined) parts.push(`(result ${this.ref(result)})`);
    return parts.join(' ');
  }

  ref(type: WitType): string {
    switch (type.kind) {
      case 'list':
        return `(list ${this.ref(type.element)})`;
      case 'fixed-list':
        return `(list ${this.ref(type.element)} ${type.length})`;
      case 'map':
        return `(map ${this.ref(type.key)} ${this.ref(type.value)})`;
      case 'option':
        return `(option ${this.ref(type.some)})`;
      case 'tuple':
        return `(tuple ${type.items.map((item) => this.ref(item)).join(' ')})`;
      case 'result': {
        const ok = type.ok && ` ${this.ref(type.ok)}`;
        const err = type.err && ` (error ${this.ref(type.err)})`;
        return `(result${ok ?? ''}${err ?? ''})`;
      }
      case 'record':
        return this.#named(type, () => {
          const fields = type.fields.map((field) => `(field "${field.name}" ${this.ref(field.type)})`);
          return `(record ${fields.join(' ')})`;
        });
      case 'variant':
        return this.#named(type, () => {
          const cases = type.cases.map(
            (each) => `(case "${each.name}"${each.type ? ` ${this.ref(each.type)}` : ''})`,
          );
          return `(variant ${cases.join(' ')})`;
        });
      case 'enum':
        return this.#named(type, () => `(enum ${type.cases.map((name) => `"${name}"`).join(' ')})`);
      case 'flags':
        return this.#named(type, () => `(flags ${type.flags.map((name) => `"${name}"`).join(' ')})`);
      default:
        return type.kind;
    }
  }

  /** Types within a type come before it. */
  #named(type: WitType, body: () => string): string {
    let name = this.#names.get(type);
    if (name === undefined) {
      const text = body();
      name = `$${this.#prefix}${this.#bodies.length}`;
      this.#bodies.push(text);
      this.#names.set(type, name);
    }
    return name;
  }
}
