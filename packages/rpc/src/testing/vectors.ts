import { readFileSync } from 'node:fs';
import { camelCase } from '../names.js';
import type { WitFunction, WitType } from '../types.js';

/** A type in a vector file: a primitive is its name alone. */
export type VectorType = string | { readonly kind: string; readonly [key: string]: unknown };

export interface VectorFunction {
  readonly target: string;
  readonly instance: string;
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly type: VectorType }[];
  readonly result?: VectorType;
}

export function readVectors<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../../vectors/${file}`, import.meta.url), 'utf8')) as T;
}

export function vectorType(type: VectorType): WitType {
  return expand(type) as WitType;
}

export function vectorFunction({ name, params, result }: VectorFunction): WitFunction {
  return {
    name,
    params: params.map((param) => ({ name: param.name, type: vectorType(param.type) })),
    ...(result !== undefined && { result: vectorType(result) }),
  };
}

const typeKeys = new Set(['element', 'some', 'ok', 'err', 'type', 'value']);

function expand(node: unknown): unknown {
  if (typeof node === 'string') return { kind: node };
  if (Array.isArray(node)) return node.map((item) => (typeof item === 'string' ? item : expand(item)));
  const entries = Object.entries(node as Record<string, unknown>).map(([key, inner]) => {
    if (typeKeys.has(key)) return [key, expand(inner)];
    if (key === 'items') return [key, (inner as unknown[]).map(expand)];
    if (key === 'fields') return [key, (inner as unknown[]).map(expand)];
    if (key === 'cases' && (node as { kind: string }).kind === 'variant')
      return [key, (inner as unknown[]).map(expand)];
    return [key, inner];
  });
  return Object.fromEntries(entries);
}

const specialFloats = ['NaN', 'Infinity', '-Infinity', '-0'];

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A vector's value in the notation of `vectors/README.md` as a TypeScript value. */
export function fromVector(type: WitType, value: Json): unknown {
  const object = value as Readonly<Record<string, Json>>;
  switch (type.kind) {
    case 'u64':
    case 's64':
      return BigInt(value as string);
    case 'f32':
    case 'f64':
      return Number(value);
    case 'own':
    case 'borrow':
      return bytes(value as string);
    case 'list':
      return isBytes(type.element)
        ? bytes(value as string)
        : (value as Json[]).map((item) => fromVector(type.element, item));
    case 'option':
      if (type.some.kind === 'option') {
        return value === null
          ? { tag: 'none' }
          : { tag: 'some', val: fromVector(type.some, object.some ?? null) };
      }
      return value === null ? undefined : fromVector(type.some, value);
    case 'result': {
      const tag = 'ok' in object ? 'ok' : 'err';
      const payload = type[tag];
      return { tag, val: payload && fromVector(payload, object[tag] ?? null) };
    }
    case 'tuple':
      return type.items.map((item, i) => fromVector(item, (value as Json[])[i] ?? null));
    case 'record':
      return Object.fromEntries(
        type.fields.map((field) => [
          camelCase(field.name),
          fromVector(field.type, object[field.name] ?? null),
        ]),
      );
    case 'variant': {
      if (typeof value === 'string') return { tag: value };
      const [tag = '', payload = null] = Object.entries(object)[0] ?? [];
      const payloadType = type.cases.find(({ name }) => name === tag)?.type;
      if (!payloadType) throw new Error(`no payload in case ${tag}`);
      return { tag, val: fromVector(payloadType, payload) };
    }
    case 'flags':
      return Object.fromEntries((value as string[]).map((flag) => [camelCase(flag), true]));
    case 'stream':
      return chunks(type, object);
    case 'future':
      return 'resolved' in object && type.value
        ? Promise.resolve(fromVector(type.value, object.resolved ?? null))
        : Promise.resolve();
    default:
      return value;
  }
}

async function* chunks(
  type: Extract<WitType, { kind: 'stream' }>,
  value: Readonly<Record<string, Json>>,
): AsyncGenerator<unknown> {
  const { element } = type;
  for (const chunk of (value.chunks as Json[] | undefined) ?? []) {
    if (element) yield fromVector({ kind: 'list', element }, chunk);
  }
}

/** Inverse of {@link fromVector}; streams are read to their end and have one chunk. */
export async function toVector(type: WitType, value: unknown): Promise<Json> {
  const object = value as Readonly<Record<string, unknown>>;
  const tagged = value as { readonly tag: string; readonly val?: unknown };
  switch (type.kind) {
    case 'u64':
    case 's64':
      return String(value);
    case 'f32':
    case 'f64': {
      const text = Object.is(value, -0) ? '-0' : String(value);
      return specialFloats.includes(text) ? text : (value as number);
    }
    case 'own':
    case 'borrow':
      return Buffer.from(value as Uint8Array).toString('hex');
    case 'list':
      if (isBytes(type.element)) return Buffer.from(value as Uint8Array).toString('hex');
      return Promise.all((value as unknown[]).map((item) => toVector(type.element, item)));
    case 'option':
      if (type.some.kind === 'option') {
        return tagged.tag === 'none' ? null : { some: await toVector(type.some, tagged.val) };
      }
      return value === undefined ? null : toVector(type.some, value);
    case 'result': {
      const payload = type[tagged.tag as 'ok' | 'err'];
      return { [tagged.tag]: payload ? await toVector(payload, tagged.val) : null };
    }
    case 'tuple':
      return Promise.all(type.items.map((item, i) => toVector(item, (value as unknown[])[i])));
    case 'record': {
      const fields = type.fields.map(async (field) => [
        field.name,
        await toVector(field.type, object[camelCase(field.name)]),
      ]);
      return Object.fromEntries(await Promise.all(fields));
    }
    case 'variant': {
      const payload = type.cases.find(({ name }) => name === tagged.tag)?.type;
      return payload ? { [tagged.tag]: await toVector(payload, tagged.val) } : tagged.tag;
    }
    case 'flags':
      return type.flags.filter((flag) => object[camelCase(flag)]);
    case 'stream': {
      const { element } = type;
      const list: unknown[] = [];
      for await (const chunk of value as AsyncIterable<Iterable<unknown>>) list.push(...chunk);
      if (!element) return { chunks: [] };
      const whole = isBytes(element) ? Uint8Array.from(list as number[]) : list;
      return { chunks: list.length === 0 ? [] : [await toVector({ kind: 'list', element }, whole)] };
    }
    case 'future': {
      const resolved = await (value as Promise<unknown>);
      return { resolved: type.value ? await toVector(type.value, resolved) : null };
    }
    default:
      return value as Json;
  }
}

function isBytes(element: WitType): boolean {
  return element.kind === 'u8';
}

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export type { Json as VectorValue };
