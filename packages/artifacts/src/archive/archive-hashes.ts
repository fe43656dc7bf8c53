import { createHash } from 'node:crypto';
import type { Token } from '@wasmlattice/identity';
import { ArchiveError } from './archive-error.js';

/** The name of the WIT world, in the archive and among the hashes. */
export const worldName = 'world.wasm';

/** SHA-256, in hexadecimal upper case. */
export function archiveHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').toUpperCase();
}

/** The hashes that the token of an archive vouches for, by target; `world.wasm` is one, too. */
export function signedHashes(token: Token<'provider'>): ReadonlyMap<string, string> {
  const { metadata } = token.claims;
  if (metadata === undefined) {
    throw new ArchiveError('incomplete', 'the token of the archive says nothing of a provider');
  }
  return metadata.targetHashes;
}

/** @throws ArchiveError (`hash`) when the token vouches for other bytes, or none, of that name */
export function checkHash(token: Token<'provider'>, name: string, found: string): void {
  const signed = signedHashes(token).get(name);
  if (signed === undefined) {
    throw new ArchiveError('hash', `'${name}' is in the archive, but no hash of it in its claims`);
  }
  if (signed !== found) {
    throw new ArchiveError(
      'hash',
      `File hash and verify hash do not match for '${name}': it was changed after it was signed`,
    );
  }
}
