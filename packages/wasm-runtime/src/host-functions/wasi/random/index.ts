import { randomBytes, randomFillSync } from 'node:crypto';
import { type HostInterface, wasi02 } from '../../host-interface.js';
import { GuestMisuseError } from '../io/index.js';

/** Most bytes for one call: they are made in the host's memory before they are in the guest's. */
const maxRandomBytes = 64 * 1024 * 1024;

/** Bytes filled at a time. */
const chunkSize = 1024 * 1024;

function secureBytes(length: bigint): Uint8Array {
  if (length > maxRandomBytes) {
    throw new GuestMisuseError(
      `the guest asked for ${length} random bytes at once; the limit is ${maxRandomBytes}`,
    );
  }
  const bytes = new Uint8Array(Number(length));
  for (let start = 0; start < bytes.length; start += chunkSize) {
    randomFillSync(bytes, start, Math.min(chunkSize, bytes.length - start));
  }
  return bytes;
}

function secureU64(): bigint {
  return randomBytes(8).readBigUInt64LE();
}

/** `wasi:random@0.2`. What need not be secure is secure as well: it is fast enough, and there is one source to trust. */
export const randomInterfaces: readonly HostInterface[] = [
  {
    name: 'wasi:random/random',
    ...wasi02,
    suspending: [],
    bind: () => ({ getRandomBytes: secureBytes, getRandomU64: secureU64 }),
  },
  {
    name: 'wasi:random/insecure',
    ...wasi02,
    suspending: [],
    bind: () => ({ getInsecureRandomBytes: secureBytes, getInsecureRandomU64: secureU64 }),
  },
  {
    name: 'wasi:random/insecure-seed',
    ...wasi02,
    suspending: [],
    bind: () => ({ insecureSeed: (): [bigint, bigint] => [secureU64(), secureU64()] }),
  },
];
