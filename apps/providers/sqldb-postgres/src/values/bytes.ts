import {
  InvalidValueError,
  type MacAddressEui48,
  type MacAddressEui64,
  match,
} from '@wasmlattice/postgres-interface';

/** `\xdeadbeef` */
export function readBytea(text: string): Uint8Array {
  return Uint8Array.fromHex(match(/^\\x((?:[0-9a-f]{2})*)$/, text)[1] ?? '');
}

export function writeBytea(bytes: Uint8Array): string {
  return `\\x${bytes.toHex()}`;
}

/** `10110`: the number of bits, and the bits from the first one on, in bytes whose rest is 0. */
export function readBits(text: string): [length: number, bytes: Uint8Array] {
  const bits = match(/^[01]*$/, text)[0];
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(bits.slice(i * 8, i * 8 + 8).padEnd(8, '0'), 2);
  }
  return [bits.length, bytes];
}

export function writeBits(length: number, bytes: Uint8Array): string {
  if (bytes.length !== Math.ceil(length / 8)) {
    throw new InvalidValueError(`${length} bits are ${Math.ceil(length / 8)} bytes, and not ${bytes.length}`);
  }
  return [...bytes]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, length);
}

/** A bit string of any length has no number of bits beside its bytes: all of theirs count. */
export function writeVaryingBits(limit: number | undefined, bytes: Uint8Array): string {
  const bits = bytes.length * 8;
  return writeBits(limit === undefined ? bits : Math.min(limit, bits), bytes);
}

/** `08:00:2b:01:02:03` */
export function readMacaddr(text: string): MacAddressEui48 {
  return { bytes: octets(text, 6) as MacAddressEui48['bytes'] };
}

export function readMacaddr8(text: string): MacAddressEui64 {
  return { bytes: octets(text, 8) as MacAddressEui64['bytes'] };
}

function octets(text: string, count: number): number[] {
  match(new RegExp(`^[0-9a-f]{2}(?::[0-9a-f]{2}){${count - 1}}$`), text);
  return text.split(':').map((octet) => Number.parseInt(octet, 16));
}

export function writeMacaddr({ bytes }: MacAddressEui48 | MacAddressEui64): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
