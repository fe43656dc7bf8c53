import {
  createAccount,
  createCluster,
  createCurve,
  createOperator,
  createServer,
  createUser,
} from 'nkeys.js';
import { describe, expect, it } from 'vitest';
import { InvalidKeyError } from './errors.js';
import { decodeKey, encodePublicKey, encodeSeed, type KeyKind, publicKeyKind } from './key-text.js';

const letters: readonly (readonly [KeyKind, string])[] = [
  ['server', 'N'],
  ['account', 'A'],
  ['module', 'M'],
  ['service', 'V'],
  ['cluster', 'C'],
  ['operator', 'O'],
  ['user', 'U'],
  ['curve', 'X'],
];

describe('key text', () => {
  it.each(letters)('of kind %s starts with %s and comes back as it was', (kind, letter) => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => 255 - i * 7);
    const text = encodePublicKey(kind, bytes);
    expect(text).toMatch(new RegExp(`^${letter}[A-Z2-7]{55}$`));
    expect(decodeKey(text)).toEqual({ kind, seed: false, bytes });
    const seed = encodeSeed(kind, bytes);
    expect(seed).toMatch(new RegExp(`^S${letter}[A-Z2-7]{56}$`));
    expect(decodeKey(seed)).toEqual({ kind, seed: true, bytes });
  });

  it.each([
    ['server', createServer],
    ['account', createAccount],
    ['cluster', createCluster],
    ['operator', createOperator],
    ['user', createUser],
    ['curve', createCurve],
  ] as const)('of kind %s is what nkeys.js writes', (kind, create) => {
    const pair = create();
    const decoded = decodeKey(pair.getPublicKey());
    expect(decoded).toMatchObject({ kind, seed: false });
    expect(encodePublicKey(kind, decoded.bytes)).toBe(pair.getPublicKey());
    const seed = new TextDecoder().decode(pair.getSeed());
    expect(encodeSeed(kind, decodeKey(seed).bytes)).toBe(seed);
  });

  it('with one changed letter is refused', () => {
    const text = encodePublicKey('server', new Uint8Array(32));
    for (let i = 0; i < text.length; i++) {
      const changed = `${text.slice(0, i)}${text[i] === 'B' ? 'C' : 'B'}${text.slice(i + 1)}`;
      expect(() => decodeKey(changed)).toThrow(InvalidKeyError);
    }
  });

  it.each([
    '',
    'N',
    'hello world',
    'n'.repeat(56),
    'B'.repeat(56),
    encodeSeed('server', new Uint8Array(32)).slice(0, -1),
    `${encodePublicKey('server', new Uint8Array(32))}A`,
  ])('is refused when it is %j', (text) => {
    expect(() => decodeKey(text)).toThrow(expect.objectContaining({ code: 'malformed' }));
    expect(publicKeyKind(text)).toBeUndefined();
  });
});
