import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign, verify } from 'node:crypto';
import { InvalidKeyError } from './errors.js';
import { decodeKey, encodePublicKey, encodeSeed, type KeyKind } from './key-text.js';
import { parseSeed } from './parse-seed.js';

/** The kinds of key that sign; curve keys seal instead. */
export type SigningKeyKind = Exclude<KeyKind, 'curve'>;

/** An Ed25519 key pair that says in its text what it is for. */
export interface SigningKey<K extends SigningKeyKind = SigningKeyKind> {
  readonly kind: K;
  /** Starts with the letter of its kind, 56 characters. */
  readonly publicKey: string;
  /** Starts with `S` and the letter of its kind, 58 characters. Secret. */
  seed(): string;
  sign(data: Uint8Array): Uint8Array;
  verify(data: Uint8Array, signature: Uint8Array): boolean;
}

/** A new random key. */
export function createSigningKey<K extends SigningKeyKind>(kind: K): SigningKey<K> {
  return toSigningKey(kind, randomBytes(32));
}

/** @throws InvalidKeyError when `seed` is no seed, or one of another kind */
export function signingKeyFromSeed<K extends SigningKeyKind>(kind: K, seed: string): SigningKey<K> {
  return toSigningKey(kind, decodeKey(parseSeed(seed, kind)).bytes);
}

/**
 * Whether the holder of a public key of any signing kind signed the data.
 *
 * @throws InvalidKeyError when `publicKey` is no public key, or a curve key
 */
export function verifySignature(publicKey: string, data: Uint8Array, signature: Uint8Array): boolean {
  const { kind, seed, bytes } = decodeKey(publicKey);
  if (seed || kind === 'curve') {
    const found = seed ? `a ${kind} seed` : 'a curve key';
    throw new InvalidKeyError('wrong-kind', `expected a public key that signs, got ${found}`);
  }
  return verify(null, data, publicKeyObject(bytes), signature);
}

function toSigningKey<K extends SigningKeyKind>(kind: K, seed: Uint8Array): SigningKey<K> {
  const secret = privateKeyObject(seed);
  const shared = createPublicKey(secret);
  const { x = '' } = shared.export({ format: 'jwk' });
  return {
    kind,
    publicKey: encodePublicKey(kind, Buffer.from(x, 'base64url')),
    seed: () => encodeSeed(kind, seed),
    sign: (data) => new Uint8Array(sign(null, data, secret)),
    verify: (data, signature) => verify(null, data, shared, signature),
  };
}

// The DER forms of RFC 8410 that stand before 32 raw bytes of Ed25519.
const privateKeyHeader = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicKeyHeader = Buffer.from('302a300506032b6570032100', 'hex');

function privateKeyObject(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([privateKeyHeader, seed]), format: 'der', type: 'pkcs8' });
}

function publicKeyObject(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicKeyHeader, bytes]), format: 'der', type: 'spki' });
}
