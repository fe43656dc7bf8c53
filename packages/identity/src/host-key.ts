import { publicKeyKind } from './key-text.js';
import { createSigningKey, type SigningKey, signingKeyFromSeed } from './signing-key.js';

/** The identity of a host: a key pair of server kind (`N…`). The host id is its public key. */
export type HostKey = SigningKey<'server'>;

/** A new random identity, as a host without a configured seed takes at every start. */
export function createHostKey(): HostKey {
  return createSigningKey('server');
}

/** @throws InvalidKeyError when `seed` is no seed, or one of another kind than server (`SN…`) */
export function hostKeyFromSeed(seed: string): HostKey {
  return signingKeyFromSeed('server', seed);
}

/** Whether `text` is a host id: a public key of server kind with a good checksum. */
export function isHostKey(text: string): boolean {
  return publicKeyKind(text) === 'server';
}
