import { verifySignature } from '../signing-key.js';
import type { Token } from './claims.js';
import { ClaimsError } from './claims-error.js';
import { decodeBase64url, decodeSegment, segmentsOf } from './token.js';
import { TokenFields } from './token-fields.js';

/** What was found about a token at one time. */
export interface TokenVerdict {
  readonly signatureValid: boolean;
  readonly expired: boolean;
  readonly cannotUseYet: boolean;
}

/**
 * Checks a token as upstream does (docs/spec/security.md#3): its header, signature and times. Whether the issuer may sign is
 * another question; any signing key is accepted here.
 *
 * @param now in ms since the epoch
 * @throws ClaimsError when the header is another, issuer or subject are empty, or the issuer is no key
 */
export function verifyToken({ text, claims }: Token, now: number): TokenVerdict {
  const [header, content, signature] = segmentsOf(text);
  checkHeader(header);
  if (claims.issuer === '') throw new ClaimsError('malformed', 'the token names no issuer');
  if (claims.subject === '') throw new ClaimsError('malformed', 'the token names no subject');
  return {
    signatureValid: isSigned(claims.issuer, `${header}.${content}`, decodeBase64url(signature, 'signature')),
    expired: claims.expires !== undefined && claims.expires * 1_000 < now,
    cannotUseYet: claims.notBefore !== undefined && now < claims.notBefore * 1_000,
  };
}

/**
 * Does nothing for a token that counts at this time.
 *
 * @param now in ms since the epoch
 * @throws ClaimsError that says why it does not
 */
export function requireValidToken(token: Token, now: number): void {
  const verdict = verifyToken(token, now);
  const { expires = 0, notBefore = 0, issuer } = token.claims;
  if (verdict.expired) {
    throw new ClaimsError('expired', `token expired at \`${dateOf(expires)}\`: sign it anew`);
  }
  if (verdict.cannotUseYet) {
    throw new ClaimsError(
      'not-yet',
      `token cannot be used before \`${dateOf(notBefore)}\`: check the clock of this machine`,
    );
  }
  if (!verdict.signatureValid) {
    throw new ClaimsError('signature', `signature is not valid: '${issuer}' did not sign the token as it is`);
  }
}

function checkHeader(header: string): void {
  const fields = new TokenFields(decodeSegment(header, 'header'), 'the header of the token');
  if (fields.requiredText('alg') !== 'Ed25519') {
    throw new ClaimsError('malformed', 'Invalid JWT algorithm: only Ed25519 is known');
  }
  if (fields.requiredText('typ') !== 'jwt') throw new ClaimsError('malformed', 'Invalid header: not a jwt');
}

function isSigned(issuer: string, signed: string, signature: Uint8Array): boolean {
  try {
    return verifySignature(issuer, Buffer.from(signed), signature);
  } catch (cause) {
    throw new ClaimsError('malformed', `the issuer '${issuer.slice(0, 64)}' is no public key`, { cause });
  }
}

function dateOf(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString();
}
