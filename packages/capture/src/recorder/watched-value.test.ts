import { t, type WitType } from '@wasmlattice/rpc';
import type { JsonValue } from '@wasmlattice/rpc/json';
import { describe, expect, it } from 'vitest';
import { valueFromRecord } from '../file/value-from-record.js';
import { Masks } from './masks.js';
import { HandleNumbers, watchValue } from './watched-value.js';

const watch = (type: WitType, value: unknown, longestStream = 100) =>
  watchValue(type, value, { masks: new Masks(['token']), handles: new HandleNumbers(), longestStream });

const thing = { instance: 'a:b/c@1.0.0', name: 'thing' };
const message = t.record({ 'some-key': t.string, body: t.option(t.list(t.u8)), token: t.string });

async function* chunks(...all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

async function collect(stream: unknown): Promise<string> {
  let text = '';
  for await (const chunk of stream as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString();
  return text;
}

describe('a value', () => {
  it.each<[string, WitType, unknown, JsonValue]>([
    ['a large integer', t.u64, 2n ** 64n - 1n, '18446744073709551615'],
    ['no number', t.f64, Number.NaN, 'NaN'],
    ['a negative zero', t.f64, -0, '-0'],
    ['bytes that are text', t.list(t.u8), Buffer.from('é\n'), 'é\n'],
    ['bytes that are none', t.list(t.u8), new Uint8Array([0, 255]), { base64: 'AP8=' }],
    ['an empty option', t.option(t.u8), undefined, null],
    ['a result', t.result(t.u8, t.string), { tag: 'err', val: 'no' }, { err: 'no' }],
    ['a variant', t.variant({ circle: t.f32, none: undefined }), { tag: 'none' }, 'none'],
    ['an option in an option', t.option(t.option(t.u8)), { tag: 'some', val: undefined }, { some: null }],
  ])('is recorded exactly, and read back: %s', (_, type, value, json) => {
    const recorded = watch(type, value).json();
    expect(recorded).toEqual(json);
    const read = valueFromRecord(type, JSON.parse(JSON.stringify(recorded)), 'value');
    if (value instanceof Uint8Array) expect([...(read as Uint8Array)]).toEqual([...value]);
    else expect(read).toEqual(value);
  });

  it('goes by its name where that is masked, and keeps the others', () => {
    const value = { someKey: 'k', body: undefined, token: 'abcdef' };
    expect(watch(message, value).json()).toEqual({ 'some-key': 'k', body: null, token: 'masked-1' });
    const fields = t.list(t.tuple(t.string, t.list(t.list(t.u8))));
    expect(watch(fields, [['Cookie', [Buffer.from('a=bcdefg')]]]).json()).toEqual([
      ['Cookie', ['a=masked-1']],
    ]);
  });

  it('has numbers in place of handles', () => {
    const type = t.list(t.own(thing));
    const [one, two] = [new Uint8Array([7]), new Uint8Array([8])];
    expect(watch(type, [two, one, two]).json()).toEqual([{ handle: 1 }, { handle: 2 }, { handle: 1 }]);
    const again = valueFromRecord(type, [{ handle: 5 }], 'value');
    expect(watch(type, again).json()).toEqual([{ handle: 5 }]);
  });
});

describe('a stream', () => {
  const type = t.record({ body: t.stream(t.u8), trailers: t.future(t.option(t.string)) });
  const read = async (value: unknown) => {
    const { body, trailers } = value as { body: unknown; trailers: Promise<unknown> };
    return [await collect(body), await trailers];
  };

  it('is recorded as it goes, with the future beside it, and gives the same again', async () => {
    const value = {
      body: chunks(Buffer.from('one '), Buffer.from('two')),
      trailers: Promise.resolve('end'),
    };
    const watched = watch(type, value);
    expect(watched.json()).toEqual({ body: { bytes: '', end: 'open' }, trailers: { open: true } });
    expect(await read(watched.value)).toEqual(['one two', 'end']);
    expect(watched.json()).toEqual({
      body: { bytes: 'one two', end: 'whole' },
      trailers: { value: 'end' },
    });
    expect(await read(valueFromRecord(type, watched.json(), 'value'))).toEqual(['one two', 'end']);
  });

  it('is cut where it gets long, with its whole length', async () => {
    const watched = watch(t.stream(t.u8), chunks(Buffer.from('0123'), Buffer.from('456789')), 6);
    expect(await collect(watched.value)).toBe('0123456789');
    expect(watched.json()).toEqual({ bytes: '012345', end: 'cut', length: 10 });
  });

  it('tells why it failed, and fails again', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('the peer is gone');
    }
    const watched = watch(t.stream(t.u8), broken());
    await expect(collect(watched.value)).rejects.toThrow('the peer is gone');
    expect(watched.json()).toEqual({ bytes: 'half', end: 'failed', failure: 'the peer is gone' });
    await expect(collect(valueFromRecord(t.stream(t.u8), watched.json(), 'value'))).rejects.toThrow(
      'the peer is gone',
    );
  });
});
