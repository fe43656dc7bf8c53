import { describe, expect, it } from 'vitest';
import { GuestLimits } from '../../../limits/guest-limits.js';
import { testContext } from '../../../testing/context.js';
import { GuestMisuseError, ResultError } from '../io/index.js';
import { Children } from './children.js';
import { FieldStore } from './field-store.js';
import { Fields } from './fields.js';
import { IncomingRequest } from './incoming-request.js';
import { httpInterfaces } from './interfaces.js';
import { MemoryExchange } from './memory-exchange.js';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));
const texts = (values: readonly Uint8Array[]): string[] =>
  values.map((value) => Buffer.from(value).toString('latin1'));

function headerError(action: () => unknown): string {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof ResultError) return (thrown.payload as { tag: string }).tag;
    throw thrown;
  }
  return 'none';
}

describe('fields', () => {
  it('finds names in any case and gives them in lower case', () => {
    const fields = new Fields();
    fields.append('Content-Type', bytes('text/plain'));
    expect(fields.has('CONTENT-TYPE')).toBe(true);
    expect(texts(fields.get('content-type'))).toEqual(['text/plain']);
    expect(fields.entries().map(([name]) => name)).toEqual(['content-type']);
  });

  it('keeps repeated names in order', () => {
    const fields = Fields.fromList([
      ['set-cookie', bytes('a=1')],
      ['x', bytes('1')],
      ['Set-Cookie', bytes('b=2')],
    ]);
    expect(texts(fields.get('set-cookie'))).toEqual(['a=1', 'b=2']);
  });

  it('replaces all values of a name, or none', () => {
    const fields = Fields.fromList([
      ['x', bytes('1')],
      ['x', bytes('2')],
    ]);
    fields.set('X', [bytes('3')]);
    expect(texts(fields.get('x'))).toEqual(['3']);
    fields.set('x', []);
    expect(fields.has('x')).toBe(false);
  });

  it('deletes all values of a name', () => {
    const fields = Fields.fromList([
      ['x', bytes('1')],
      ['y', bytes('2')],
      ['x', bytes('3')],
    ]);
    fields.delete('x');
    expect(fields.entries().map(([name]) => name)).toEqual(['y']);
  });

  it('takes values of any byte but control characters', () => {
    const fields = new Fields();
    expect(headerError(() => fields.append('x', bytes('a\r\nb: c')))).toBe('invalid-syntax');
    expect(headerError(() => fields.append('x', Uint8Array.of(0)))).toBe('invalid-syntax');
    expect(headerError(() => fields.append('x', Uint8Array.of(0x7f)))).toBe('invalid-syntax');
    fields.append('x', bytes('\ttab, ümlaut \xff'));
    expect(texts(fields.get('x'))).toEqual(['\ttab, ümlaut \xff']);
  });

  it('refuses names that are no tokens', () => {
    for (const name of ['', 'a b', 'a:b', 'ä', 'a\n']) {
      expect(headerError(() => new Fields().append(name, bytes('x')))).toBe('invalid-syntax');
      expect(headerError(() => new Fields().set(name, []))).toBe('invalid-syntax');
      expect(headerError(() => new Fields().delete(name))).toBe('invalid-syntax');
      expect(headerError(() => Fields.fromList([[name, bytes('x')]]))).toBe('invalid-syntax');
      expect(new Fields().get(name)).toEqual([]);
      expect(new Fields().has(name)).toBe(false);
    }
  });

  it('refuses names that belong to the connection', () => {
    for (const name of [
      'Connection',
      'Host',
      'Transfer-Encoding',
      'Keep-Alive',
      'Upgrade',
      'HTTP2-Settings',
    ]) {
      expect(headerError(() => new Fields().append(name, bytes('x')))).toBe('forbidden');
      expect(headerError(() => new Fields().set(name, [bytes('x')]))).toBe('forbidden');
      expect(headerError(() => new Fields().delete(name))).toBe('forbidden');
      expect(headerError(() => Fields.fromList([[name, bytes('x')]]))).toBe('forbidden');
    }
  });

  it('can not be changed while it belongs to a message, but cloned', () => {
    const ofMessage = new Fields(FieldStore.fromLines(['X', '1']), new Children('message'));
    expect(headerError(() => ofMessage.append('x', bytes('2')))).toBe('immutable');
    expect(headerError(() => ofMessage.set('x', []))).toBe('immutable');
    expect(headerError(() => ofMessage.delete('x'))).toBe('immutable');
    const clone = ofMessage.clone();
    clone.append('x', bytes('2'));
    expect(texts(clone.get('x'))).toEqual(['1', '2']);
    expect(texts(ofMessage.get('x'))).toEqual(['1']);
  });

  it('is a child of its message until it is dropped or given away', () => {
    const children = new Children('message');
    const dropped = new Fields(new FieldStore(), children);
    const given = new Fields(new FieldStore(), children);
    expect(() => children.assertNone('dropped')).toThrow(GuestMisuseError);
    dropped[Symbol.dispose]();
    given.release();
    expect(() => children.assertNone('dropped')).not.toThrow();
  });

  it('leaves a message its fields when a guest gives them to another', () => {
    const store = FieldStore.fromLines(['x', '1']);
    const released = new Fields(store, new Children('message')).release();
    released.append('y', bytes('2'));
    expect(store.has('y')).toBe(false);
  });

  it('carries every byte of the wire there and back', () => {
    const value = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 0xa0 + i));
    const store = FieldStore.fromLines(['X-Bytes', value]);
    const copied = Fields.fromList(new Fields(store).entries()).release();
    expect(copied.toLines()).toEqual(['x-bytes', value]);
  });

  it('has no more lines and bytes than the component may make, in whichever way it makes them', () => {
    const limits = new GuestLimits('shop', { 'header-lines': 16, 'header-bytes': 1024 });
    const types = httpInterfaces[0]?.bind(testContext({ limits })) as { Fields: typeof Fields };
    const line = ['x', bytes('1')] as const;
    const full = types.Fields.fromList(Array.from({ length: 16 }, () => line));
    const ofRequest = new IncomingRequest(new MemoryExchange({ headers: full.release().toLines() }), limits);
    const ways: Record<string, () => void> = {
      list: () => types.Fields.fromList(Array.from({ length: 17 }, () => line)),
      append: () => full.append('x', bytes('2')),
      clone: () => full.clone().append('x', bytes('2')),
      request: () => ofRequest.headers().clone().append('x', bytes('2')),
      set: () =>
        new types.Fields().set(
          'x',
          Array.from({ length: 17 }, () => bytes('1')),
        ),
    };
    for (const way of Object.values(ways)) expect(way).toThrow('its limit "header-lines" is 16');
    const long = new types.Fields();
    long.append('x', new Uint8Array(1023).fill(0x61));
    expect(() => long.append('y', bytes(''))).toThrow('1025 bytes; its limit "header-bytes" is 1024 bytes');
    long.delete('x');
    long.append('y', bytes('1'));
    expect(new types.Fields()).toBeInstanceOf(types.Fields);
    expect(new Fields()).toBeInstanceOf(types.Fields);
  });

  it('hides from guests what belongs to the connection', () => {
    const store = FieldStore.fromLines(['Host', 'a', 'Connection', 'close', 'Accept', '*/*']);
    expect(store.toLines()).toEqual(['accept', '*/*']);
  });
});
