import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { fromCurveSeed, type KeyPair } from 'nkeys.js';
import { InvalidKeyError, SealedBoxError } from './errors.js';
import { decodeKey, encodePublicKey, encodeSeed, publicKeyKind } from './key-text.js';
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
  return toXKey(encodeSeed('curve', randomBytes(32)));
}

/** @throws InvalidKeyError when `seed` is no seed, or one of another kind than curve (`SX…`) */
export function xkeyFromSeed(seed: string): XKey {
  return toXKey(parseSeed(seed, 'curve'));
}

/** Whether `text` is the public part of a curve key. */
export function isXKey(text: string): boolean {
  return publicKeyKind(text) === 'curve';
}

function toXKey(seed: string): XKey {
  const publicKey = publicKeyOf(seed);
  let known: KeyPair | undefined;
  const pair = (): KeyPair => {
    known ??= fromCurveSeed(new TextEncoder().encode(seed));
    return known;
  };
  return {
    publicKey,
    seed: () => seed,
    seal(plain, recipient) {
      assertXKey(recipient, 'recipient');
      return pair().seal(plain, recipient);
    },
    open(sealed, sender) {
      assertXKey(sender, 'sender');
      let plain: Uint8Array | null;
      try {
        plain = pair().open(sealed, sender);
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

/** The DER form of RFC 8410 that stands before 32 raw bytes of X25519. */
const privateKeyHeader = Buffer.from('302e020100300506032b656e04220420', 'hex');

/**
 * By OpenSSL: a provider has to know its key to start, and computing it in JavaScript is what would have V8 optimize code there, which
 * costs every idle provider memory.
 */
function publicKeyOf(seed: string): string {
  const key = Buffer.concat([privateKeyHeader, decodeKey(seed).bytes]);
  const { x = '' } = createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' })).export({
    format: 'jwk',
  });
  return encodePublicKey('curve', Buffer.from(x, 'base64url'));
}

function assertXKey(text: string, role: string): void {
  if (!isXKey(text)) {
    throw new InvalidKeyError(
      'wrong-kind',
      `the ${role} of a sealed box must be a public xkey (X…, 56 characters)`,
    );
  }
}
