import { describe, expect, it } from 'vitest';
import { decodeKey, encodeKey } from './kv-key.js';

describe('keys', () => {
  it.each(['a', 'a.b.c', 'users/7', 'A-b_c=d/e.f', '0', '-', '=b6'])(
    'that KV can hold are stored as they are: %j',
    (key) => {
      expect(encodeKey(key)).toBe(key);
      expect(decodeKey(key)).toBe(key);
    },
  );

  it.each([
    '',
    ' ',
    'a b',
    '.a',
    'a.',
    'a..b',
    '*',
    'a.>',
    '$x',
    'ä',
    '日本',
    '🎉',
    'a\nb',
    '\0',
    '=b64=',
    '=b64=YQ',
  ])('that KV can not hold are encoded, and come back: %j', (key) => {
    const encoded = encodeKey(key);
    expect(encoded).toMatch(/^=b64=[-_A-Za-z0-9]*$/);
    expect(decodeKey(encoded)).toBe(key);
  });

  it('are different when they were', () => {
    const keys = ['a b', 'a_b', 'a', '=b64=YSBi', ''];
    expect(new Set(keys.map(encodeKey)).size).toBe(keys.length);
  });

  it('that are too long for a line of the protocol are refused, shortened in the message', () => {
    expect(() => encodeKey('k'.repeat(1_500))).not.toThrow();
    expect(() => encodeKey('k'.repeat(1_501))).toThrow(/^the key "k{80}…" is too long for NATS/);
    expect(() => encodeKey(' '.repeat(1_200))).toThrow(/it takes 1605 characters, 1500 are possible/);
  });
});
