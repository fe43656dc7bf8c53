/**
 * A function's name as its author wrote it. Compilers leave Rust's names mangled in the name section, in the legacy form
 * (`_ZN4core9panicking5panic17h0123456789abcdefE`) or in that of RFC 2603 (`_RNvCs1234_7mycrate3foo`), while those of C++ come
 * demangled. What is neither, or is mangled in a way that is not known here, stays as it is.
 */
export function demangle(name: string): string {
  if (name.length > maxMangledLength) return name;
  if (name.startsWith('_ZN')) return demangleLegacy(name) ?? name;
  if (name.startsWith('_R')) return demangleV0(name) ?? name;
  return name;
}

/** What is longer is no name that anybody reads. */
const maxMangledLength = 2_000;

/** `_ZN`, each part after its length, `E`; the last part is a hash that tells instances of generic functions apart. */
function demangleLegacy(name: string): string | undefined {
  const parts: string[] = [];
  let at = 3;
  while (name[at] !== 'E') {
    const [digits] = /^\d+/.exec(name.slice(at, at + 6)) ?? [];
    if (digits === undefined) return undefined;
    const start = at + digits.length;
    at = start + Number(digits);
    if (at >= name.length) return undefined;
    parts.push(name.slice(start, at));
  }
  const hash = parts.pop();
  if (hash === undefined || !/^h[0-9a-f]{16}$/.test(hash) || parts.length === 0) return undefined;
  return parts.map(unescapeLegacy).join('::');
}

const legacyEscapes: Readonly<Record<string, string>> = {
  SP: '@',
  BP: '*',
  RF: '&',
  LT: '<',
  GT: '>',
  LP: '(',
  RP: ')',
  C: ',',
};

function unescapeLegacy(part: string): string {
  // What would begin with an escape has an underscore before it.
  const text = part.startsWith('_$') ? part.slice(1) : part;
  return text
    .replaceAll(/\$(?:u([0-9a-f]{1,6})|([A-Z]{1,2}))\$/g, (whole, hex?: string, letters?: string) => {
      if (hex === undefined) return legacyEscapes[letters ?? ''] ?? whole;
      const code = Number.parseInt(hex, 16);
      return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
    })
    .replaceAll('..', '::');
}

/** Paths of RFC 2603, as rustc's own demangler shows them without hashes. */
function demangleV0(name: string): string | undefined {
  try {
    return new V0Reader(name).symbol();
  } catch (error) {
    if (error instanceof UnknownFormError) return undefined;
    throw error;
  }
}

/** The name is not of a form that {@link V0Reader} knows. */
class UnknownFormError extends Error {}

const basicTypes: Readonly<Record<string, string>> = {
  a: 'i8',
  b: 'bool',
  c: 'char',
  d: 'f64',
  e: 'str',
  f: 'f32',
  h: 'u8',
  i: 'isize',
  j: 'usize',
  l: 'i32',
  m: 'u32',
  n: 'i128',
  o: 'u128',
  p: '_',
  s: 'i16',
  t: 'u16',
  u: '()',
  v: '...',
  x: 'i64',
  y: 'u64',
  z: '!',
};

/** Most parts of one name: back references let a short name stand for an endless one. */
const maxParts = 200;

class V0Reader {
  readonly #text: string;
  #at = 2;
  #parts = 0;

  constructor(text: string) {
    this.#text = text;
  }

  symbol(): string {
    // What follows the path is the crate that made this instance of a generic function, or a suffix of the linker.
    return this.#path('::<');
  }

  /** @param open what comes before generic arguments: `<` in types, `::<` elsewhere */
  #path(open: '<' | '::<'): string {
    this.#count();
    const tag = this.#next();
    switch (tag) {
      case 'C':
        this.#disambiguator();
        return this.#identifier();
      case 'M':
        this.#disambiguator();
        this.#path(open);
        return `<${this.#type()}>`;
      case 'X':
        this.#disambiguator();
        this.#path(open);
        return this.#typeAsTrait();
      case 'Y':
        return this.#typeAsTrait();
      case 'N': {
        const namespace = this.#next();
        const parent = this.#path(open);
        const index = this.#disambiguator();
        const name = this.#identifier();
        if (namespace === 'C') return `${parent}::{closure${name === '' ? '' : `:${name}`}#${index}}`;
        if (namespace === 'S') return `${parent}::{shim${name === '' ? '' : `:${name}`}#${index}}`;
        return name === '' ? parent : `${parent}::${name}`;
      }
      case 'I': {
        const path = this.#path(open);
        return `${path}${open}${this.#untilEnd(() => this.#genericArgument()).join(', ')}>`;
      }
      case 'B':
        return this.#backReference(() => this.#path(open));
      default:
        throw new UnknownFormError();
    }
  }

  #typeAsTrait(): string {
    const type = this.#type();
    return `<${type} as ${this.#path('<')}>`;
  }

  #genericArgument(): string {
    // Lifetimes and constants: of no interest where a guest trapped.
    if (this.#take('L')) {
      this.#base62();
      return "'_";
    }
    if (this.#take('K')) return this.#constant();
    return this.#type();
  }

  #type(): string {
    this.#count();
    const tag = this.#text[this.#at] ?? '';
    const basic = basicTypes[tag];
    if (basic !== undefined) {
      this.#at++;
      return basic;
    }
    switch (tag) {
      case 'A': {
        this.#at++;
        const type = this.#type();
        return `[${type}; ${this.#constant()}]`;
      }
      case 'S':
        this.#at++;
        return `[${this.#type()}]`;
      case 'T': {
        this.#at++;
        const types = this.#untilEnd(() => this.#type());
        return `(${types.join(', ')}${types.length === 1 ? ',' : ''})`;
      }
      case 'R':
      case 'Q':
        this.#at++;
        if (this.#take('L')) this.#base62();
        return `&${tag === 'Q' ? 'mut ' : ''}${this.#type()}`;
      case 'P':
        this.#at++;
        return `*const ${this.#type()}`;
      case 'O':
        this.#at++;
        return `*mut ${this.#type()}`;
      case 'B':
        this.#at++;
        return this.#backReference(() => this.#type());
      // Pointers to functions and trait objects.
      case 'F':
      case 'D':
        throw new UnknownFormError();
      default:
        return this.#path('<');
    }
  }

  #constant(): string {
    this.#count();
    const tag = this.#next();
    if (tag === 'p') return '_';
    if (tag === 'B') return this.#backReference(() => this.#constant());
    if (!'abchijlmnostxy'.includes(tag)) throw new UnknownFormError();
    const sign = this.#take('n') ? '-' : '';
    const [digits = ''] = /^[0-9a-f]*_/.exec(this.#text.slice(this.#at)) ?? [];
    if (digits === '') throw new UnknownFormError();
    this.#at += digits.length;
    const value = BigInt(`0x${digits.slice(0, -1) || '0'}`);
    return tag === 'b' ? String(value !== 0n) : `${sign}${value}`;
  }

  #untilEnd(read: () => string): string[] {
    const items: string[] = [];
    while (!this.#take('E')) items.push(read());
    return items;
  }

  #backReference(read: () => string): string {
    const start = this.#at - 1;
    const target = 2 + this.#base62();
    // Only what comes before can be referred to, so that there is an end.
    if (target >= start) throw new UnknownFormError();
    const after = this.#at;
    this.#at = target;
    const text = read();
    this.#at = after;
    return text;
  }

  #disambiguator(): number {
    return this.#take('s') ? this.#base62() + 1 : 0;
  }

  #identifier(): string {
    // Names beyond ASCII are in Punycode.
    if (this.#take('u')) throw new UnknownFormError();
    const [digits] = /^(?:0|[1-9]\d{0,4})/.exec(this.#text.slice(this.#at, this.#at + 6)) ?? [];
    if (digits === undefined) throw new UnknownFormError();
    this.#at += digits.length;
    this.#take('_');
    const end = this.#at + Number(digits);
    if (end > this.#text.length) throw new UnknownFormError();
    const text = this.#text.slice(this.#at, end);
    this.#at = end;
    return text;
  }

  #base62(): number {
    const [, digits] = /^([0-9a-zA-Z]{0,14})_/.exec(this.#text.slice(this.#at, this.#at + 16)) ?? [];
    if (digits === undefined) throw new UnknownFormError();
    this.#at += digits.length + 1;
    if (digits === '') return 0;
    let value = 0;
    for (const digit of digits) value = value * 62 + base62Digits.indexOf(digit);
    return value + 1;
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const char = this.#text[this.#at];
    if (char === undefined) throw new UnknownFormError();
    this.#at++;
    return char;
  }

  #count(): void {
    if (++this.#parts > maxParts) throw new UnknownFormError();
  }
}

const base62Digits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
