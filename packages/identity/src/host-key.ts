import { createServer, fromSeed, type KeyPair } from 'nkeys.js';
import { publicKeyKind } from './key-text.js';
import { parseSeed } from './parse-seed.js';

/** The identity of a host: an Ed25519 key pair of server kind. The host id is its public key. */
export interface HostKey {
  /** `N…`, 56 characters. */
  readonly publicKey: string;
  /** `SN…`, 58 characters. Secret. */
  seed(): string;
  sign(data: Uint8Array): Uint8Array;
  verify(data: Uint8Array, signature: Uint8Array): boolean;
}

/** A new random identity, as a host without a configured seed takes at every start. */
export function createHostKey(): HostKey {
  return toHostKey(createServer());
}

/** @throws InvalidKeyError when `seed` is no seed, or one of another kind than server (`SN…`) */
export function hostKeyFromSeed(seed: string): HostKey {
  return toHostKey(fromSeed(new TextEncoder().encode(parseSeed(seed, 'server'))));
}

/** Whether `text` is a host id: a public key of server kind with a good checksum. */
export function isHostKey(text: string): boolean {
  return publicKeyKind(text) === 'server';
}

function toHostKey(pair: KeyPair): HostKey {
  return {
    publicKey: pair.getPublicKey(),
    seed: () => new TextDecoder().decode(pair.getSeed()),
    sign: (data) => pair.sign(data),
    verify: (data, signature) => pair.verify(data, signature),
  };
}
