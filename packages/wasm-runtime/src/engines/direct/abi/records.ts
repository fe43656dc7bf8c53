import { camelCase, isNameOfEveryObject, memberOf, type WitField } from '@wasmlattice/rpc';
import type { Codec } from './codec.js';
import { type SequenceLayout, sequenceLayout } from './layout.js';
import type { LiftLowerContext } from './lift-lower-context.js';
import { specializeRecord } from './specialize-record.js';

/** A member of a record or tuple, with its place. */
export interface Member {
  readonly key: string;
  readonly codec: Codec;
  readonly offset: number;
  readonly slot: number;
}

export function recordCodec(fields: readonly WitField[], codecs: readonly Codec[]): Codec {
  const layout = sequenceLayout(codecs.map((codec) => codec.layout));
  const members = membersOf(codecs, layout, (i) => camelCase(fields[i]?.name ?? ''));
  const { load, lift } = specializeRecord(members) ?? loopOver(members);
  const read = members.some(({ key }) => isNameOfEveryObject(key)) ? memberOf : plainMemberOf;
  return {
    layout,
    load,
    lift,
    store(cx, address, value) {
      const record = asRecord(cx, value);
      for (const { key, codec, offset } of members) codec.store(cx, address + offset, read(record, key));
    },
    lower(cx, at, value) {
      const record = asRecord(cx, value);
      for (const { key, codec, slot } of members) codec.lower(cx, at + slot, read(record, key));
    },
  };
}

export function tupleCodec(codecs: readonly Codec[]): Codec {
  const layout = sequenceLayout(codecs.map((codec) => codec.layout));
  const members = membersOf(codecs, layout, (i) => String(i));
  return {
    layout,
    load(cx, address) {
      const tuple: unknown[] = [];
      for (const { codec, offset } of members) tuple.push(codec.load(cx, address + offset));
      return tuple;
    },
    lift(cx, at) {
      const tuple: unknown[] = [];
      for (const { codec, slot } of members) tuple.push(codec.lift(cx, at + slot));
      return tuple;
    },
    store(cx, address, value) {
      const tuple = asTuple(cx, value);
      let i = 0;
      for (const { codec, offset } of members) codec.store(cx, address + offset, tuple[i++]);
    },
    lower(cx, at, value) {
      const tuple = asTuple(cx, value);
      let i = 0;
      for (const { codec, slot } of members) codec.lower(cx, at + slot, tuple[i++]);
    },
  };
}

function membersOf(
  codecs: readonly Codec[],
  { offsets, slots }: SequenceLayout,
  key: (i: number) => string,
): readonly Member[] {
  return codecs.map((codec, i) => ({ key: key(i), codec, offset: offsets[i] ?? 0, slot: slots[i] ?? 0 }));
}

function loopOver(members: readonly Member[]): Pick<Codec, 'load' | 'lift'> {
  return {
    load(cx, address) {
      const record: Record<string, unknown> = {};
      for (const { key, codec, offset } of members) record[key] = codec.load(cx, address + offset);
      return record;
    },
    lift(cx, at) {
      const record: Record<string, unknown> = {};
      for (const { key, codec, slot } of members) record[key] = codec.lift(cx, at + slot);
      return record;
    },
  };
}

function plainMemberOf(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return record[key];
}

function asRecord(cx: LiftLowerContext, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  throw cx.trap(`expected a record, got ${value === null ? 'null' : typeof value}`);
}

function asTuple(cx: LiftLowerContext, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw cx.trap(`expected a tuple as an array, got ${typeof value}`);
}
