export { InvalidKeyError, SealedBoxError } from './errors.js';
export { createHostKey, type HostKey, hostKeyFromSeed, isHostKey } from './host-key.js';
export {
  type DecodedKey,
  decodeKey,
  encodePublicKey,
  encodeSeed,
  type KeyKind,
  publicKeyKind,
} from './key-text.js';
export { createXKey, isXKey, type XKey, xkeyFromSeed } from './xkey.js';
