export { normalizeCallAlias } from './claims/call-alias.js';
export type {
  Claims,
  ComponentMetadata,
  HostMetadata,
  MetadataByKind,
  ProviderMetadata,
  SignerMetadata,
  Token,
  TokenKind,
} from './claims/claims.js';
export { ClaimsError, type ClaimsErrorCode } from './claims/claims-error.js';
export { componentHash } from './claims/component-hash.js';
export { type ComponentContent, readComponentToken, signComponent } from './claims/component-token.js';
export { decodeToken, signToken, type TokenContent } from './claims/token.js';
export { requireValidToken, type TokenVerdict, verifyToken } from './claims/verify-token.js';
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
export {
  createSigningKey,
  type SigningKey,
  type SigningKeyKind,
  signingKeyFromSeed,
  verifySignature,
} from './signing-key.js';
export { createXKey, isXKey, type XKey, xkeyFromSeed } from './xkey.js';
