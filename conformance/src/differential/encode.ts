import type { WitType } from '@wasmlattice/rpc';
import {
  alignUp,
  type CoreType,
  caseNamesOf,
  casesOf,
  elementOf,
  fieldsOf,
  flatten,
  joinPayloads,
  layoutOf,
  variantLayout,
} from './layout.js';
import type { Plain } from './plain.js';

export type Encoding = 'utf8' | 'utf16' | 'latin1+utf16';

/** A core value by its bits. */
export interface CoreValue {
  readonly type: CoreType;
  readonly bits: bigint;
}

/** Marks the length of a string that is UTF-16 where it may be Latin-1. */
const utf16Tag = 0x8000_0000;

/** Builds what the memory of a guest holds: values as the canonical ABI stores them, from `base` on. */
export class Data {
  readonly base: number;
  readonly encoding: Encoding;
  #bytes: number[] = [];

  constructor(base: number, encoding: Encoding) {
    this.base = base;
    this.encoding = encoding;
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  get end(): number {
    return this.base + this.#bytes.length;
  }

  /** Changes what is there already, to whatever. */
  overwrite(address: number, byte: number): void {
    this.#bytes[address - this.base] = byte;
  }

  allocate(size: number, align: number): number {
    const address = alignUp(this.end, align);
    while (this.end < address + size) this.#bytes.push(0);
    return address;
  }

  /** @returns the address of the value */
  put(type: WitType, plain: Plain): number {
    const { size, align } = layoutOf(type);
    const address = this.allocate(size, align);
    this.#store(type, plain, address);
    return address;
  }

  /** Values one after the other as those of a record: parameters that go through memory. */
  putAll(types: readonly WitType[], plains: readonly Plain[]): number {
    return this.put({ kind: 'tuple', items: types }, plains);
  }

  /** The core values that a value is passed as; texts and lists go into the memory. */
  flat(type: WitType, plain: Plain): readonly CoreValue[] {
    switch (type.kind) {
      case 'string':
      case 'list':
      case 'map': {
        const [address, length] = this.#sequence(type, plain);
        return [
          { type: 'i32', bits: BigInt(address) },
          { type: 'i32', bits: BigInt(length) },
        ];
      }
      case 'tuple':
      case 'record':
        return fieldsOf(type).flatMap((field, i) => this.flat(field, partsOf(plain)[i] ?? ''));
      default: {
        const cases = casesOf(type);
        if (cases === undefined) return [{ type: flatten(type)[0] ?? 'i32', bits: bitsOf(type, plain) }];
        return this.#flatCase(type, cases, plain as { readonly c: string; readonly v?: Plain });
      }
    }
  }

  #flatCase(
    type: WitType,
    cases: readonly (WitType | undefined)[],
    { c, v }: { readonly c: string; readonly v?: Plain },
  ): readonly CoreValue[] {
    const index = caseNamesOf(type).indexOf(c);
    const payload = cases[index];
    const values = payload === undefined || v === undefined ? [] : this.flat(payload, v);
    const joined = joinPayloads(cases).map((core, i) => ({ type: core, bits: values[i]?.bits ?? 0n }));
    return [{ type: 'i32', bits: BigInt(index) }, ...joined];
  }

  #store(type: WitType, plain: Plain, address: number): void {
    switch (type.kind) {
      case 'string':
      case 'list':
      case 'map': {
        const [start, length] = this.#sequence(type, plain);
        this.#write(address, 4, BigInt(start));
        this.#write(address + 4, 4, BigInt(length));
        return;
      }
      case 'tuple':
      case 'record': {
        let at = address;
        for (const [i, field] of fieldsOf(type).entries()) {
          const { size, align } = layoutOf(field);
          at = alignUp(at, align);
          this.#store(field, partsOf(plain)[i] ?? '', at);
          at += size;
        }
        return;
      }
      default: {
        const cases = casesOf(type);
        if (cases === undefined) {
          this.#write(address, layoutOf(type).size, bitsOf(type, plain));
          return;
        }
        const { c, v } = plain as { readonly c: string; readonly v?: Plain };
        const index = caseNamesOf(type).indexOf(c);
        const { discriminantSize, payloadOffset } = variantLayout(cases);
        this.#write(address, discriminantSize, BigInt(index));
        const payload = cases[index];
        if (payload !== undefined && v !== undefined) this.#store(payload, v, address + payloadOffset);
      }
    }
  }

  #sequence(type: WitType, plain: Plain): readonly [address: number, length: number] {
    if (type.kind === 'string') return this.#text(plain as string);
    const element = elementOf(type);
    const items = type.kind === 'map' ? partsOf(plain) : (plain as readonly Plain[]);
    const { size, align } = layoutOf(element);
    const start = this.allocate(size * items.length, align);
    for (const [i, item] of items.entries()) this.#store(element, item, start + i * size);
    return [start, items.length];
  }

  #text(text: string): readonly [address: number, length: number] {
    const encoding = this.encoding;
    const isLatin1 = [...text].every((char) => (char.codePointAt(0) ?? 0) <= 0xff);
    if (encoding === 'utf8') {
      const bytes = Buffer.from(text);
      return [this.#copy(bytes, 1), bytes.length];
    }
    if (encoding === 'latin1+utf16' && isLatin1)
      return [this.#copy(Buffer.from(text, 'latin1'), 2), text.length];
    const start = this.#copy(Buffer.from(text, 'utf16le'), 2);
    return [start, encoding === 'utf16' ? text.length : text.length + utf16Tag];
  }

  #copy(bytes: Uint8Array, align: number): number {
    const start = this.allocate(bytes.length, align);
    for (const [i, byte] of bytes.entries()) this.overwrite(start + i, byte);
    return start;
  }

  #write(address: number, size: number, bits: bigint): void {
    for (let i = 0; i < size; i++) this.overwrite(address + i, Number((bits >> BigInt(8 * i)) & 0xffn));
  }
}

function partsOf(plain: Plain): readonly Plain[] {
  if (Array.isArray(plain)) return plain as readonly Plain[];
  if (typeof plain === 'object' && 'm' in plain) return plain.m;
  return (plain as { readonly r: readonly (readonly [string, Plain])[] }).r.map(([, value]) => value);
}

function bitsOf(type: WitType, plain: Plain): bigint {
  switch (type.kind) {
    case 'bool':
      return plain ? 1n : 0n;
    case 'f32':
    case 'f64':
      return plain === 'nan' ? nanBits[type.kind] : BigInt(`0x${plain as string}`);
    case 'char':
      return BigInt((plain as string).codePointAt(0) ?? 0);
    case 'flags': {
      const { f } = plain as { readonly f: readonly string[] };
      return type.flags.reduce((bits, flag, i) => (f.includes(flag) ? bits | (1n << BigInt(i)) : bits), 0n);
    }
    default:
      return BigInt(plain as string);
  }
}

const nanBits = { f32: 0x7fc0_0000n, f64: 0x7ff8_0000_0000_0000n } as const;

/** The bits as a core constant. */
export function constantOf({ type, bits }: CoreValue): string {
  switch (type) {
    case 'i32':
      return `(i32.const ${BigInt.asUintN(32, bits)})`;
    case 'i64':
      return `(i64.const ${BigInt.asUintN(64, bits)})`;
    case 'f32':
      return `(f32.reinterpret_i32 (i32.const ${BigInt.asUintN(32, bits)}))`;
    case 'f64':
      return `(f64.reinterpret_i64 (i64.const ${BigInt.asUintN(64, bits)}))`;
  }
}
