import { defaultGuestLimits, type GuestLimits } from '../../../limits/guest-limits.js';
import { type HostInterface, wasi03 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { secureBytes, secureU64 } from './random-pool.js';

/** A guest asks again for what it did not get, so the limit need not end it. */
function someBytes(most: bigint, limits: GuestLimits): Uint8Array {
  const limit = limits.values['random-bytes'];
  return secureBytes(most > limit ? limit : Number(most));
}

/** `wasi:random@0.3`; see 0.2 for why all of it is secure. */
export const random03Interfaces: readonly HostInterface[] = [
  {
    ...declared('wasi:random/random@0.3.2'),
    ...wasi03,
    suspending: [],
    bind: ({ limits = defaultGuestLimits }) => ({
      getRandomBytes: (most: bigint) => someBytes(most, limits),
      getRandomU64: secureU64,
    }),
  },
  {
    ...declared('wasi:random/insecure@0.3.2'),
    ...wasi03,
    suspending: [],
    bind: ({ limits = defaultGuestLimits }) => ({
      getInsecureRandomBytes: (most: bigint) => someBytes(most, limits),
      getInsecureRandomU64: secureU64,
    }),
  },
  {
    ...declared('wasi:random/insecure-seed@0.3.2'),
    ...wasi03,
    suspending: [],
    bind: () => ({ getInsecureSeed: (): [bigint, bigint] => [secureU64(), secureU64()] }),
  },
];
