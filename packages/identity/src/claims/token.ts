import { randomInt } from 'node:crypto';
import type { SigningKey } from '../signing-key.js';
import {
  type Claims,
  currentFormatRevision,
  type MetadataByKind,
  type Token,
  type TokenKind,
} from './claims.js';
import { ClaimsError } from './claims-error.js';
import { decodeMetadata, encodeMetadata } from './metadata-codec.js';
import { TokenFields } from './token-fields.js';

/** Longer ones are refused: what a token says goes into events and records. */
const longestToken = 256 * 1024;

/** What to sign; times in seconds since the epoch. */
export interface TokenContent<K extends TokenKind> {
  readonly subject: string;
  readonly metadata: MetadataByKind[K];
  readonly issuedAt: number;
  readonly expires?: number | undefined;
  readonly notBefore?: number | undefined;
}

/**
 * Says what a token says (docs/spec/security.md#3). Who signed it and whether it counts is not looked at.
 *
 * @throws ClaimsError (`malformed`)
 */
export function decodeToken<K extends TokenKind>(kind: K, text: string): Token<K> {
  const fields = new TokenFields(decodeSegment(segmentsOf(text)[1], 'content'), `the ${kind} token`);
  const metadata = fields.any('wascap');
  const claims: Claims<K> = {
    kind,
    id: fields.requiredText('jti'),
    issuedAt: fields.requiredSeconds('iat'),
    issuer: fields.requiredText('iss'),
    subject: fields.requiredText('sub'),
    expires: fields.seconds('exp'),
    notBefore: fields.seconds('nbf'),
    metadata: metadata === undefined ? undefined : decodeMetadata(kind, metadata),
    formatRevision: fields.integer('wascap_revision', 0, 2 ** 32 - 1),
  };
  return { text, claims };
}

/** Makes a token as upstream's tools do, so that both read it. */
export function signToken<K extends TokenKind>(
  kind: K,
  content: TokenContent<K>,
  issuer: SigningKey,
): Token<K> {
  const { subject, metadata, issuedAt, expires, notBefore } = content;
  const payload = {
    exp: expires,
    jti: createTokenId(),
    iat: issuedAt,
    iss: issuer.publicKey,
    sub: subject,
    nbf: notBefore,
    wascap: encodeMetadata(kind, metadata),
    wascap_revision: currentFormatRevision,
  };
  const signed = `${encodeSegment({ typ: 'jwt', alg: 'Ed25519' })}.${encodeSegment(payload)}`;
  const signature = issuer.sign(Buffer.from(signed));
  return decodeToken(kind, `${signed}.${Buffer.from(signature).toString('base64url')}`);
}

/** The parts of a token that its signature is about, and the rest. */
export function segmentsOf(text: string): readonly [header: string, content: string, signature: string] {
  if (text.length > longestToken) {
    throw new ClaimsError('malformed', `the token has ${text.length} characters, more than ${longestToken}`);
  }
  const [header, content, signature, ...more] = text.split('.', 4);
  if (header === undefined || content === undefined || signature === undefined || more.length > 0) {
    throw new ClaimsError('malformed', 'not a token: it must be three parts with a dot between each two');
  }
  return [header, content, signature];
}

/** @throws ClaimsError when it is not JSON in base64url */
export function decodeSegment(segment: string, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(decodeBase64url(segment, what)));
  } catch (cause) {
    if (cause instanceof ClaimsError) throw cause;
    throw new ClaimsError('malformed', `the ${what} of the token is not JSON`, { cause });
  }
}

/** Strict: what has padding, other characters or bits too many is refused. */
export function decodeBase64url(text: string, what: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.toString('base64url') !== text) {
    throw new ClaimsError('malformed', `the ${what} of the token is not base64url without padding`);
  }
  return bytes;
}

function encodeSegment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const idDigits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const idLength = 22;

function createTokenId(): string {
  return Array.from({ length: idLength }, () => idDigits.charAt(randomInt(idDigits.length))).join('');
}
