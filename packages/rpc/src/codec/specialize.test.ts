import { describe, expect, it } from 'vitest';
import { t } from '../builders.js';
import type { WitType } from '../types.js';
import { decode, decoderOf, genericRecordDecoder } from './decode.js';
import { EncodeScope, noDecodeScope } from './deferred.js';
import { encode, encoderOf, genericRecordEncoder } from './encode.js';
import { Reader } from './reader.js';
import { Writer } from './writer.js';

const members = [
  { name: 'class', type: t.u32 },
  { name: 'list-keys', type: t.list(t.string) },
];
const value = { class: 300, listKeys: ['a'] };
const record: WitType = { kind: 'record', fields: members };

describe('records', () => {
  it('have the same bytes and values whether specialized or not', () => {
    const encoder = genericRecordEncoder([
      { key: 'class', codec: encoderOf(t.u32), hasDeferred: false },
      { key: 'listKeys', codec: encoderOf(t.list(t.string)), hasDeferred: false },
    ]);
    const writer = new Writer();
    encoder(writer, value, new EncodeScope());
    const bytes = writer.finish();
    expect(encode(record, value)).toEqual(bytes);
    const decoder = genericRecordDecoder([
      { key: 'class', codec: decoderOf(t.u32), hasDeferred: false },
      { key: 'listKeys', codec: decoderOf(t.list(t.string)), hasDeferred: false },
    ]);
    expect(decoder(new Reader(bytes), noDecodeScope)).toStrictEqual(value);
    expect(decode(record, bytes)).toStrictEqual(value);
  });

  it('with names that are no identifiers run no code of a component', () => {
    const names = ['__proto__', 'a(){}', '0x', 'ä', "x'];process.exit(1);['"];
    for (const name of names) {
      const type: WitType = { kind: 'record', fields: [{ name, type: t.u8 }] };
      const decoded = decode(type, Uint8Array.of(7)) as object;
      expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
      expect(Object.values(decoded)).toEqual([7]);
      expect([...encode(type, decoded)]).toEqual([7]);
    }
  });

  it('may have very many fields', () => {
    const fields = Array.from({ length: 500 }, (_, i) => ({ name: `f${i}`, type: t.u8 }));
    const type: WitType = { kind: 'record', fields };
    const many = Object.fromEntries(fields.map(({ name }, i) => [name, i % 256]));
    expect(decode(type, encode(type, many))).toEqual(many);
  });
});
