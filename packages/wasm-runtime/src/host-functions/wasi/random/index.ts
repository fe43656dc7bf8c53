import { randomBytes, randomFillSync } from 'node:crypto';
import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import { type HostInterface, wasi02 } from '../../host-interface.js';

/** Bytes filled at a time. */
const chunkSize = 1024 * 1024;

/** They are made in the host's memory before they are in the guest's. */
function secureBytes(length: bigint, limits: GuestLimits): Uint8Array {
  if (length > limits.values['random-bytes']) {
    throw limits.exceeded('random-bytes', `asks for ${length} random bytes at once`);
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
    bind: ({ limits = defaultGuestLimits }) => ({
      getRandomBytes: (length: bigint) => secureBytes(length, limits),
      getRandomU64: secureU64,
    }),
  },
  {
    name: 'wasi:random/insecure',
    ...wasi02,
    suspending: [],
    bind: ({ limits = defaultGuestLimits }) => ({
      getInsecureRandomBytes: (length: bigint) => secureBytes(length, limits),
      getInsecureRandomU64: secureU64,
    }),
  },
  {
    name: 'wasi:random/insecure-seed',
    ...wasi02,
    suspending: [],
    bind: () => ({ insecureSeed: (): [bigint, bigint] => [secureU64(), secureU64()] }),
  },
];
