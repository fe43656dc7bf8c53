import { createAccount, fromPublic } from 'nkeys.js';
import { describe, expect, it } from 'vitest';
import { createSigningKey, signingKeyFromSeed, verifySignature } from './signing-key.js';
import { createXKey } from './xkey.js';

const data = new TextEncoder().encode('hello');

describe('signing key', () => {
  it.each(['server', 'account', 'module', 'service', 'cluster', 'operator', 'user'] as const)(
    'of kind %s comes back from its seed and signs',
    (kind) => {
      const key = createSigningKey(kind);
      const copy = signingKeyFromSeed(kind, key.seed());
      expect(copy.publicKey).toBe(key.publicKey);
      expect(verifySignature(key.publicKey, data, copy.sign(data))).toBe(true);
      expect(verifySignature(createSigningKey(kind).publicKey, data, copy.sign(data))).toBe(false);
    },
  );

  it('and nkeys.js verify what the other signed', () => {
    const key = createSigningKey('account');
    expect(fromPublic(key.publicKey).verify(data, key.sign(data))).toBe(true);
    const theirs = createAccount();
    expect(verifySignature(theirs.getPublicKey(), data, theirs.sign(data))).toBe(true);
    const seed = new TextDecoder().decode(theirs.getSeed());
    expect(signingKeyFromSeed('account', seed).publicKey).toBe(theirs.getPublicKey());
  });

  it('is refused where it is a seed, a curve key or no key', () => {
    const signature = createSigningKey('account').sign(data);
    for (const text of [createSigningKey('account').seed(), createXKey().publicKey, 'acme']) {
      expect(() => verifySignature(text, data, signature)).toThrow(
        expect.objectContaining({ name: 'InvalidKeyError' }),
      );
    }
    expect(() => signingKeyFromSeed('account', createSigningKey('module').seed())).toThrow(
      'got a module seed',
    );
  });

  it('takes no signature of another length', () => {
    const key = createSigningKey('account');
    expect(key.verify(data, new Uint8Array(3))).toBe(false);
    expect(key.verify(data, new Uint8Array())).toBe(false);
  });
});
