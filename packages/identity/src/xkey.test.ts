import { describe, expect, it } from 'vitest';
import { InvalidKeyError, SealedBoxError } from './errors.js';
import { createHostKey } from './host-key.js';
import { encodePublicKey, encodeSeed } from './key-text.js';
import { createXKey, isXKey, xkeyFromSeed } from './xkey.js';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

describe('xkey', () => {
  it('opens what another key sealed for it', () => {
    const [host, provider] = [createXKey(), createXKey()];
    const plain = new TextEncoder().encode('{"secret":"s3cr3t"}');
    const sealed = host.seal(plain, provider.publicKey);
    expect(new TextDecoder().decode(sealed.subarray(0, 4))).toBe('xkv1');
    expect(sealed).toHaveLength(4 + 24 + 16 + plain.length);
    expect(provider.open(sealed, host.publicKey)).toEqual(plain);
    expect(xkeyFromSeed(provider.seed()).open(sealed, host.publicKey)).toEqual(plain);
  });

  it('seals the same text differently each time', () => {
    const key = createXKey();
    const plain = new Uint8Array(8);
    expect(key.seal(plain, key.publicKey)).not.toEqual(key.seal(plain, key.publicKey));
  });

  // "Cryptography in NaCl" (Bernstein, 2009), sections 2, 4 and 10: the example every NaCl binding is checked with.
  it('opens the box of the NaCl paper', () => {
    const alice = xkeyFromSeed(
      encodeSeed('curve', hex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a')),
    );
    const bob = xkeyFromSeed(
      encodeSeed('curve', hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb')),
    );
    expect(alice.publicKey).toBe(
      encodePublicKey('curve', hex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a')),
    );
    const nonce = '69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37';
    const box =
      'f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a' +
      'c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae' +
      '90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5';
    const plain =
      'be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c6129' +
      '6cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde' +
      '048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705';
    const sealed = hex(Buffer.from('xkv1').toString('hex') + nonce + box);
    expect(Buffer.from(bob.open(sealed, alice.publicKey)).toString('hex')).toBe(plain);
  });

  it('does not open for another recipient, from another sender, changed, or in another format', () => {
    const [sender, recipient, other] = [createXKey(), createXKey(), createXKey()];
    const sealed = sender.seal(new Uint8Array(10), recipient.publicKey);
    const changed = Uint8Array.from(sealed, (byte, i) => (i === sealed.length - 1 ? byte ^ 1 : byte));
    expect(() => other.open(sealed, sender.publicKey)).toThrow(SealedBoxError);
    expect(() => recipient.open(sealed, other.publicKey)).toThrow(SealedBoxError);
    expect(() => recipient.open(changed, sender.publicKey)).toThrow(SealedBoxError);
    for (const bytes of [
      sealed.subarray(4),
      sealed.subarray(0, 20),
      new Uint8Array(0),
      new Uint8Array(100),
    ]) {
      expect(() => recipient.open(bytes, sender.publicKey)).toThrow(SealedBoxError);
    }
  });

  it('takes only curve keys', () => {
    const key = createXKey();
    const host = createHostKey();
    expect(isXKey(key.publicKey)).toBe(true);
    expect(isXKey(host.publicKey)).toBe(false);
    expect(() => key.seal(new Uint8Array(1), host.publicKey)).toThrow(InvalidKeyError);
    expect(() => key.open(key.seal(new Uint8Array(1), key.publicKey), key.seed())).toThrow(InvalidKeyError);
    expect(() => xkeyFromSeed(host.seed())).toThrow(
      /expected a curve seed \(SX…, 58 characters\), got a server seed/,
    );
  });
});
