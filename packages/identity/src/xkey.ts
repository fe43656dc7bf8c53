import { createCurve, fromCurveSeed, type KeyPair } from 'nkeys.js';
import { InvalidKeyError, SealedBoxError } from './errors.js';
import { publicKeyKind } from './key-text.js';
import { parseSeed } from './parse-seed.js';

/**
 * A curve key (X25519) for secrets. What one key seals for another, only that other key opens, and only when it
 * names the right sender.
 *
 * A box is `xkv1`, a random nonce of 24 bytes, and a NaCl `crypto_box` (docs/spec/security.md#2), as Go and
 * Rust make it.
 */
export interface XKey {
  /** `X…`, 56 characters. */
  readonly publicKey: string;
  /** `SX…`, 58 characters. Secret. */
  seed(): string;
  /** @throws InvalidKeyError when `recipient` is no public xkey */
  seal(plain: Uint8Array, recipient: string): Uint8Array;
  /** @throws SealedBoxError when the box does not open; InvalidKeyError when `sender` is no public xkey */
  open(sealed: Uint8Array, sender: string): Uint8Array;
}

/** A new random curve key. */
export function createXKey(): XKey {
  return toXKey(createCurve());
}

/** @throws InvalidKeyError when `seed` is no seed, or one of another kind than curve (`SX…`) */
export function xkeyFromSeed(seed: string): XKey {
  return toXKey(fromCurveSeed(new TextEncoder().encode(parseSeed(seed, 'curve'))));
}

/** Whether `text` is the public part of a curve key. */
export function isXKey(text: string): boolean {
  return publicKeyKind(text) === 'curve';
}

function toXKey(pair: KeyPair): XKey {
  const publicKey = pair.getPublicKey();
  return {
    publicKey,
    seed: () => new TextDecoder().decode(pair.getSeed()),
    seal(plain, recipient) {
      assertXKey(recipient, 'recipient');
      return pair.seal(plain, recipient);
    },
    open(sealed, sender) {
      assertXKey(sender, 'sender');
      let plain: Uint8Array | null;
      try {
        plain = pair.open(sealed, sender);
      } catch (cause) {
        throw new SealedBoxError(`${sealed.length} bytes are no sealed box of version xkv1`, { cause });
      }
      if (plain === null) {
        throw new SealedBoxError(
          `the box does not open with ${publicKey} as recipient and ${sender} as sender: check that both sides use these keys and that nothing changed on the way`,
        );
      }
      return plain;
    },
  };
}

function assertXKey(text: string, role: string): void {
  if (!isXKey(text)) {
    throw new InvalidKeyError(
      'wrong-kind',
      `the ${role} of a sealed box must be a public xkey (X…, 56 characters)`,
    );
  }
}
