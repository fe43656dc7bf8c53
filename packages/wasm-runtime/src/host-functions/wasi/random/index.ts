import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import { type HostInterface, wasi02 } from '../../host-interface.js';
import { secureBytes, secureU64 } from './random-pool.js';

/** They are made in the host's memory before they are in the guest's. */
function boundedBytes(length: bigint, limits: GuestLimits): Uint8Array {
  if (length > limits.values['random-bytes']) {
    throw limits.exceeded('random-bytes', `asks for ${length} random bytes at once`);
  }
  return secureBytes(Number(length));
}

/** `wasi:random@0.2`. What need not be secure is secure as well: it is fast enough, and there is one source to trust. */
export const randomInterfaces: readonly HostInterface[] = [
  {
    name: 'wasi:random/random',
    ...wasi02,
    suspending: [],
    bind: ({ limits = defaultGuestLimits }) => ({
      getRandomBytes: (length: bigint) => boundedBytes(length, limits),
      getRandomU64: secureU64,
    }),
  },
  {
    name: 'wasi:random/insecure',
    ...wasi02,
    suspending: [],
    bind: ({ limits = defaultGuestLimits }) => ({
      getInsecureRandomBytes: (length: bigint) => boundedBytes(length, limits),
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
