import { describe, expect, it } from 'vitest';
import { createSigningKey } from '../signing-key.js';
import type { Token } from './claims.js';
import { decodeToken, signToken } from './token.js';
import { requireValidToken, verifyToken } from './verify-token.js';

const issuer = createSigningKey('account');
const subject = createSigningKey('service').publicKey;
const metadata = {
  name: 'kv',
  vendor: 'acme',
  revision: 3,
  version: '0.3.0',
  targetHashes: new Map([['x86_64-linux', 'AB']]),
  configSchema: { type: 'object' },
};
const times = { issuedAt: 1_000, expires: 3_000, notBefore: 2_000 };
const sign = () => signToken('provider', { subject, metadata, ...times }, issuer);

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token with content of one's own, signed as others are. */
function signed(content: unknown, header: unknown = { typ: 'jwt', alg: 'Ed25519' }): string {
  const text = `${segment(header)}.${segment(content)}`;
  return `${text}.${Buffer.from(issuer.sign(Buffer.from(text))).toString('base64url')}`;
}

const host = { jti: '1', iat: 5, iss: issuer.publicKey, sub: 'N1' };

describe('a token', () => {
  it('says what was signed, in the words of upstream', () => {
    const token = sign();
    expect(token.claims).toMatchObject({
      kind: 'provider',
      issuer: issuer.publicKey,
      subject,
      ...times,
      metadata,
    });
    expect(token.claims.id).toMatch(/^[0-9A-Za-z]{22}$/);
    const [header = '', content = ''] = token.text.split('.');
    expect(Buffer.from(header, 'base64url').toString()).toBe('{"typ":"jwt","alg":"Ed25519"}');
    expect(JSON.parse(Buffer.from(content, 'base64url').toString())).toEqual({
      exp: 3_000,
      jti: token.claims.id,
      iat: 1_000,
      iss: issuer.publicKey,
      sub: subject,
      nbf: 2_000,
      wascap: {
        name: 'kv',
        vendor: 'acme',
        rev: 3,
        ver: '0.3.0',
        target_hashes: { 'x86_64-linux': 'AB' },
        config_schema: { type: 'object' },
      },
      wascap_revision: 3,
    });
    expect(decodeToken('provider', token.text)).toEqual(token);
  });

  it.each(['host', 'account', 'operator', 'cluster'] as const)('of a %s comes back as it was', (kind) => {
    const content =
      kind === 'host'
        ? {
            name: 'hill',
            labels: new Map([
              ['self_signed', 'true'],
              ['__proto__', 'x'],
            ]),
          }
        : { name: 'hill', validSigners: [issuer.publicKey] };
    const token = signToken(kind, { subject, metadata: content, issuedAt: 1 }, issuer);
    expect(decodeToken(kind, token.text).claims.metadata).toEqual(content);
    expect(verifyToken(token, 5_000).signatureValid).toBe(true);
  });

  it.each([
    ['two parts', 'a.b', 'three parts'],
    ['four parts', 'a.b.c.d', 'three parts'],
    ['padding', `e30.${segment(host)}==.e30`, 'base64url without padding'],
    ['no UTF-8', `e30.${Buffer.from([0x22, 0xff, 0x22]).toString('base64url')}.e30`, 'not JSON'],
    ['no subject', signed({ ...host, sub: undefined }), 'sub is missing'],
    ['a number for its id', signed({ ...host, jti: 5 }), 'jti is not a text'],
    ['a negative time', signed({ ...host, exp: -1 }), 'exp is not a whole number'],
    [
      'labels that are no texts',
      signed({ ...host, wascap: { labels: { a: 1 } } }),
      'labels is no map of texts',
    ],
    ['metadata that is no object', signed({ ...host, wascap: 'x' }), 'no JSON object'],
    ['no end', `e30.${'A'.repeat(300_000)}.e30`, 'more than 262144'],
  ])('with %s is refused', (_, text, reason) => {
    expect(() => decodeToken('host', text)).toThrow(expect.objectContaining({ code: 'malformed' }));
    expect(() => decodeToken('host', text)).toThrow(reason);
  });
});

describe('verifyToken', () => {
  it('tells signature and times apart', () => {
    const token = sign();
    const valid = { signatureValid: true, expired: false, cannotUseYet: false };
    expect(verifyToken(token, 2_500_000)).toEqual(valid);
    expect(verifyToken(token, 3_000_000)).toEqual(valid);
    expect(verifyToken(token, 3_000_001)).toEqual({ ...valid, expired: true });
    expect(verifyToken(token, 1_999_999)).toEqual({ ...valid, cannotUseYet: true });
    expect(verifyToken(tampered(token), 2_500_000)).toEqual({ ...valid, signatureValid: false });
  });

  it('takes a token that another key signed for one with a bad signature', () => {
    const other = createSigningKey('account').publicKey;
    const token = decodeToken('host', signed({ ...host, iss: other }));
    expect(verifyToken(token, 0).signatureValid).toBe(false);
  });

  it.each([
    ['another algorithm', signed(host, { typ: 'jwt', alg: 'none' }), 'Invalid JWT algorithm'],
    ['another type', signed(host, { typ: 'JWT', alg: 'Ed25519' }), 'Invalid header'],
    ['an empty issuer', signed({ ...host, iss: '' }), 'names no issuer'],
    ['an empty subject', signed({ ...host, sub: '' }), 'names no subject'],
    ['an issuer that is no key', signed({ ...host, iss: 'acme' }), "the issuer 'acme' is no public key"],
    ['a seed for an issuer', signed({ ...host, iss: issuer.seed() }), 'is no public key'],
  ])('refuses %s', (_, text, reason) => {
    expect(() => verifyToken(decodeToken('host', text), 0)).toThrow(reason);
  });
});

describe('requireValidToken', () => {
  it('says why a token does not count', () => {
    const token = sign();
    expect(() => requireValidToken(token, 2_500_000)).not.toThrow();
    expect(() => requireValidToken(token, 9_999_999)).toThrow('token expired at `1970-01-01T00:50:00.000Z`');
    expect(() => requireValidToken(token, 0)).toThrow(
      'token cannot be used before `1970-01-01T00:33:20.000Z`',
    );
    expect(() => requireValidToken(tampered(token), 2_500_000)).toThrow('signature is not valid');
  });
});

function tampered(token: Token<'provider'>): Token<'provider'> {
  const [header = '', content = '', signature = ''] = token.text.split('.');
  const json = Buffer.from(content, 'base64url').toString().replace('acme', 'evil');
  return decodeToken('provider', `${header}.${Buffer.from(json).toString('base64url')}.${signature}`);
}
