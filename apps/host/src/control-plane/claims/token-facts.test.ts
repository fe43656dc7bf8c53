import { createSigningKey, signToken } from '@wasmlattice/identity';
import { describe, expect, it } from 'vitest';
import { componentEventClaims, inventoryClaims, providerEventClaims, storedClaims } from './token-facts.js';

const account = createSigningKey('account');
const issuer = account.publicKey;

const full = signToken(
  'component',
  {
    subject: 'MFULL',
    issuedAt: 1,
    expires: 9,
    notBefore: 5,
    metadata: {
      name: 'hello',
      hash: 'AB',
      tags: ['a', 'b'],
      revision: 3,
      version: '0.3.0',
      callAlias: 'hi',
      provider: false,
    },
  },
  account,
);
const bare = signToken(
  'component',
  { subject: 'MBARE', issuedAt: 1, metadata: { hash: 'AB', provider: false } },
  account,
);
const provider = signToken(
  'provider',
  {
    subject: 'VKV',
    issuedAt: 1,
    metadata: { name: 'kv', vendor: 'acme', targetHashes: new Map(), configSchema: { type: 'object' } },
  },
  account,
);
const silent = { ...bare, claims: { ...bare.claims, metadata: undefined } };

describe('a token', () => {
  it('gives an inventory name and revision, 0 without one', () => {
    expect(inventoryClaims(full)).toEqual({ name: 'hello', revision: 3 });
    expect(inventoryClaims(bare)).toEqual({ revision: 0 });
    expect(inventoryClaims(undefined)).toEqual({ revision: 0 });
  });

  it('gives events what they tell', () => {
    expect(componentEventClaims(full)).toEqual({
      subject: 'MFULL',
      issuer,
      notBefore: 5,
      expires: 9,
      name: 'hello',
      version: '0.3.0',
      callAlias: 'hi',
      tags: ['a', 'b'],
      revision: 3,
    });
    expect(providerEventClaims(provider)).toEqual({ issuer, name: 'kv' });
    expect([componentEventClaims(undefined), providerEventClaims(undefined)]).toEqual([undefined, undefined]);
  });

  it('gives the record of the lattice, with empty texts for what it does not say', () => {
    expect(storedClaims(full)).toEqual({
      kind: 'component',
      issuer,
      subject: 'MFULL',
      name: 'hello',
      revision: '3',
      version: '0.3.0',
      callAlias: 'hi',
      tags: ['a', 'b'],
    });
    expect(storedClaims(bare)).toMatchObject({
      name: '',
      revision: '0',
      version: '',
      callAlias: '',
      tags: [],
    });
    expect(storedClaims(provider)).toEqual({
      kind: 'provider',
      issuer,
      subject: 'VKV',
      name: 'kv',
      revision: '0',
      version: '',
      configSchema: '{"type":"object"}',
    });
    expect(storedClaims(silent)).toBeUndefined();
  });
});
