import { otherFailure } from './keyvalue-failure.js';

/**
 * Keys of guests are any text; keys of NATS KV are letters, digits and `-/_=.`, with dots only between other
 * characters. A key that KV can hold is stored as it is, as upstream's provider does, so both read each other's
 * data. Any other key, which upstream refuses, is stored as a prefix and its base64url. A guest's key that happens
 * to begin with the prefix is encoded as well, so that decoding is exact.
 */
const encodedPrefix = '=b64=';

const plainKey = /^[-/_=a-zA-Z0-9]+(?:\.[-/_=a-zA-Z0-9]+)*$/;

/** A longer subject exceeds a line of the protocol (4 KB by default), and the server closes the connection. */
const maxLength = 1_500;

/** The key as KV stores it. Throws a `KeyvalueFailure` for one that is too long. */
export function encodeKey(key: string): string {
  const plain = plainKey.test(key) && !key.startsWith(encodedPrefix);
  const encoded = plain ? key : encodedPrefix + Buffer.from(key, 'utf8').toString('base64url');
  if (encoded.length > maxLength) {
    throw otherFailure(
      `the key ${JSON.stringify(shortened(key))} is too long for NATS: it takes ${encoded.length} characters, ${maxLength} are possible`,
    );
  }
  return encoded;
}

/** Inverse of {@link encodeKey}. */
export function decodeKey(encoded: string): string {
  if (!encoded.startsWith(encodedPrefix)) return encoded;
  return Buffer.from(encoded.slice(encodedPrefix.length), 'base64url').toString('utf8');
}

/** A key for messages: whole, unless it would fill the screen. */
export function shortened(key: string): string {
  const maxShown = 80;
  return key.length <= maxShown ? key : `${key.slice(0, maxShown)}…`;
}
