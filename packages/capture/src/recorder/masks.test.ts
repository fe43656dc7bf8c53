import { describe, expect, it } from 'vitest';
import { Masks } from './masks.js';

describe('a mask', () => {
  it('is the same for the same value, and stands for itself', () => {
    const masks = new Masks();
    expect(masks.standIn('hunter22')).toBe('masked-1');
    expect(masks.standIn('other')).toBe('masked-2');
    expect(masks.standIn('hunter22')).toBe('masked-1');
    expect(masks.standIn('masked-7')).toBe('masked-7');
    expect(masks.standIn('further')).toBe('masked-8');
    expect(masks.standIn('')).toBe('');
  });

  it.each([
    ['authorization', 'Bearer abc.def', 'Bearer masked-1'],
    ['Authorization', 'Basic dXNlcjpodW50ZXIyMg==', 'Basic masked-1'],
    ['authorization', 'whole', 'masked-1'],
    ['cookie', 'id=abcdef; theme=dark', 'id=masked-1; theme=masked-2'],
    ['set-cookie', 'id=abcdef; Path=/; HttpOnly', 'id=masked-1; Path=/; HttpOnly'],
    ['X-Api-Key', 'abcdef', 'masked-1'],
  ])('leaves the form of the header %s', (name, value, masked) => {
    expect(new Masks().header(name, value)).toBe(masked);
  });

  it('is found wherever the value went', () => {
    const masks = new Masks();
    masks.standIn('pass/word&1');
    masks.header('authorization', `Basic ${btoa('user:basic-password')}`);
    const scrubbed = masks.scrub({
      key: 'session:pass/word&1',
      'pass/word&1': 1,
      list: ['?q=pass%2Fword%261', { base64: btoa('\u0000pass/word&1') }],
      encoded: btoa('pass/word&1'),
      basic: 'it was basic-password',
    });
    expect(scrubbed).toEqual({
      key: 'session:masked-1',
      'masked-1': 1,
      list: ['?q=masked-1', { base64: btoa('\u0000masked-1') }],
      encoded: btoa('masked-1'),
      basic: 'it was masked-3',
    });
  });

  it('leaves short values alone where they are not named', () => {
    const masks = new Masks();
    masks.header('cookie', 'n=1');
    expect(masks.scrub({ count: '11' })).toEqual({ count: '11' });
  });

  it('goes by further names, in queries too', () => {
    const masks = new Masks(['token']);
    expect(masks.isNamed('Token')).toBe(true);
    expect(masks.path('/a?x=1&token=abc#f')).toBe('/a?x=1&token=masked-1#f');
    expect(masks.named('token', ['one', { inner: 'two' }, 3])).toEqual([
      'masked-2',
      { inner: 'masked-3' },
      3,
    ]);
  });
});
