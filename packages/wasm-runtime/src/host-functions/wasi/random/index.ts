import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import { type HostInterface, wasi02 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
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
    ...declared('wasi:random/random@0.2.12'),
    ...wasi02,
    suspending: [],
    bind: ({ limits = defaultGuestLimits }) => ({
      getRandomBytes: (length: bigint) => boundedBytes(length, limits),
      getRandomU64: secureU64,
    }),
  },
  {
    ...declared('wasi:random/insecure@0.2.12'),
    ...wasi02,
    suspending: [],
    bind: ({ limits = defaultGuestLimits }) => ({
      getInsecureRandomBytes: (length: bigint) => boundedBytes(length, limits),
      getInsecureRandomU64: secureU64,
    }),
  },
  {
    ...declared('wasi:random/insecure-seed@0.2.12'),
    ...wasi02,
    suspending: [],
    bind: () => ({ insecureSeed: (): [bigint, bigint] => [secureU64(), secureU64()] }),
  },
];
