import { randomBytes } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A name for a version that has none: a ULID, which sorts by time, as wadm gives. */
export function newVersion(): string {
  const random = BigInt(`0x${randomBytes(10).toString('hex')}`);
  let bits = (BigInt(Date.now()) << 80n) | random;
  let text = '';
  for (let digit = 0; digit < 26; digit++) {
    text = `${alphabet[Number(bits & 31n)]}${text}`;
    bits >>= 5n;
  }
  return text;
}
