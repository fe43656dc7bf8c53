import { createUser } from 'nkeys.js';
import { describe, expect, it } from 'vitest';
import { createHostKey, hostKeyFromSeed, isHostKey } from './host-key.js';

describe('host key', () => {
  it('is of server kind and new each time', () => {
    const key = createHostKey();
    expect(key.publicKey).toMatch(/^N[A-Z2-7]{55}$/);
    expect(isHostKey(key.publicKey)).toBe(true);
    expect(createHostKey().publicKey).not.toBe(key.publicKey);
  });

  it('comes back from its seed, space around it or not', () => {
    const key = createHostKey();
    expect(key.seed()).toMatch(/^SN[A-Z2-7]{56}$/);
    expect(hostKeyFromSeed(`${key.seed()}\n`).publicKey).toBe(key.publicKey);
  });

  it('signs what its other copy verifies', () => {
    const key = createHostKey();
    const data = new TextEncoder().encode('hello');
    const signature = hostKeyFromSeed(key.seed()).sign(data);
    expect(key.verify(data, signature)).toBe(true);
    expect(createHostKey().verify(data, signature)).toBe(false);
  });

  it('names the kind it got when the seed is of another kind', () => {
    const user = new TextDecoder().decode(createUser().getSeed());
    expect(() => hostKeyFromSeed(user)).toThrow(
      expect.objectContaining({
        code: 'wrong-kind',
        message: 'expected a server seed (SN…, 58 characters), got a user seed (SU…)',
      }),
    );
    expect(() => hostKeyFromSeed(createHostKey().publicKey)).toThrow(/got a public server key/);
  });

  it('never repeats a malformed seed', () => {
    const seed = createHostKey().seed().slice(0, -1);
    expect(() => hostKeyFromSeed(seed)).toThrow(expect.objectContaining({ code: 'malformed' }));
    expect(() => hostKeyFromSeed(seed)).not.toThrow(seed);
  });

  it('is not recognised in seeds, other kinds or padded text', () => {
    const key = createHostKey();
    for (const text of [key.seed(), createUser().getPublicKey(), ` ${key.publicKey}`, '']) {
      expect(isHostKey(text)).toBe(false);
    }
  });
});
