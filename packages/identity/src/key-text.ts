import { InvalidKeyError } from './errors.js';

/** What a key is for. `module` are components and `service` providers, in the words of the token format. */
export type KeyKind = 'server' | 'account' | 'module' | 'service' | 'cluster' | 'operator' | 'user' | 'curve';

/** Prefix bytes that make the first letter of a key: N, A, M, V, C, O, U, X (docs/spec/security.md#1). */
const prefixes: Readonly<Record<KeyKind, number>> = {
  server: 13 << 3,
  account: 0,
  module: 12 << 3,
  service: 21 << 3,
  cluster: 2 << 3,
  operator: 14 << 3,
  user: 20 << 3,
  curve: 23 << 3,
};

const seedPrefix = 18 << 3;
const keyLength = 32;
const checksumLength = 2;

/** A key in its text form, taken apart. */
export interface DecodedKey {
  readonly kind: KeyKind;
  readonly seed: boolean;
  /** The 32 bytes of the public key or the seed. */
  readonly bytes: Uint8Array;
}

/** The text of a public key: `N…`, 56 characters. */
export function encodePublicKey(kind: KeyKind, bytes: Uint8Array): string {
  return encodeWithChecksum([prefixes[kind]], bytes);
}

/** The text of a seed: `SN…`, 58 characters. */
export function encodeSeed(kind: KeyKind, bytes: Uint8Array): string {
  const prefix = prefixes[kind];
  return encodeWithChecksum([seedPrefix | (prefix >> 5), (prefix & 0b11111) << 3], bytes);
}

/**
 * Takes a public key or a seed apart.
 *
 * @throws InvalidKeyError (`malformed`) without repeating the text, which may be secret
 */
export function decodeKey(text: string): DecodedKey {
  const raw = decodeBase32(text.trim());
  const payload = raw.subarray(0, -checksumLength);
  const checksum = raw.subarray(-checksumLength);
  const expected = crc16(payload);
  if (checksum[0] !== (expected & 0xff) || checksum[1] !== expected >> 8) {
    throw malformed('its checksum does not match: part of it may be missing or mistyped');
  }
  const [first = 0, second = 0] = payload;
  const seed = (first & 0b11111000) === seedPrefix;
  const prefix = seed ? ((first & 0b111) << 5) | (second >> 3) : first;
  const kind = kindOf(prefix);
  if (kind === undefined) throw malformed('its first letter names no known kind of key');
  const bytes = payload.subarray(seed ? 2 : 1);
  if (bytes.length !== keyLength) throw malformed(`it holds ${bytes.length} bytes instead of ${keyLength}`);
  return { kind, seed, bytes };
}

/** The kind of a public key in text form; `undefined` for a seed and for anything that is not a key. */
export function publicKeyKind(text: string): KeyKind | undefined {
  try {
    const key = decodeKey(text);
    return key.seed || text !== text.trim() ? undefined : key.kind;
  } catch {
    return undefined;
  }
}

function kindOf(prefix: number): KeyKind | undefined {
  return (Object.keys(prefixes) as KeyKind[]).find((kind) => prefixes[kind] === prefix);
}

function malformed(reason: string): InvalidKeyError {
  return new InvalidKeyError('malformed', `not a valid key: ${reason}`);
}

function encodeWithChecksum(prefix: readonly number[], bytes: Uint8Array): string {
  if (bytes.length !== keyLength) throw malformed(`it holds ${bytes.length} bytes instead of ${keyLength}`);
  const payload = Uint8Array.from([...prefix, ...bytes]);
  const checksum = crc16(payload);
  return encodeBase32(Uint8Array.from([...payload, checksum & 0xff, checksum >> 8]));
}

// RFC 4648, without padding.
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((buffer >> bits) & 0b11111);
    }
    buffer &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + alphabet.charAt((buffer << (5 - bits)) & 0b11111);
}

function decodeBase32(text: string): Uint8Array {
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const char of text) {
    const value = alphabet.indexOf(char);
    if (value < 0) throw malformed('it contains characters other than A to Z and 2 to 7');
    buffer = (buffer << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push(buffer >> bits);
      buffer &= (1 << bits) - 1;
    }
  }
  if (bits >= 5 || buffer !== 0) throw malformed('its length is wrong');
  return Uint8Array.from(bytes);
}

/** CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    }
    crc &= 0xffff;
  }
  return crc;
}
