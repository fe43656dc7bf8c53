import { describe, expect, it } from 'vitest';
import type { StoredClaims } from '../types/claims.js';
import { decodeClaims, decodeStoredClaims, encodeClaims, encodeStoredClaims } from './claims.js';
import { jsonToBytes } from './json.js';

const component: StoredClaims = {
  kind: 'component',
  callAlias: '',
  issuer: 'AISSUER',
  name: 'Hello',
  revision: '0',
  subject: 'MHELLO',
  tags: ['a', 'b'],
  version: '0.1.0',
};
const provider: StoredClaims = {
  kind: 'provider',
  issuer: 'AISSUER',
  name: 'KV',
  revision: '2',
  subject: 'VKV',
  version: '',
};
const parse = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

describe('stored claims', () => {
  it('have the form of the spec for a component, both ways', () => {
    const json = {
      call_alias: '',
      issuer: 'AISSUER',
      name: 'Hello',
      revision: '0',
      subject: 'MHELLO',
      tags: ['a', 'b'],
      version: '0.1.0',
    };
    expect(parse(encodeStoredClaims(component))).toEqual(json);
    expect(decodeStoredClaims(jsonToBytes(json), 'MHELLO')).toEqual(component);
  });

  it('have the form of the spec for a provider, both ways', () => {
    const json = { issuer: 'AISSUER', name: 'KV', revision: '2', subject: 'VKV', version: '' };
    expect(parse(encodeStoredClaims(provider))).toEqual(json);
    expect(decodeStoredClaims(jsonToBytes(json), 'VKV')).toEqual(provider);
    expect(parse(encodeStoredClaims({ ...provider, configSchema: '{}' }))).toEqual({
      ...json,
      config_schema: '{}',
    });
  });

  it('are read with the short names and joined tags as well', () => {
    const json = {
      call_alias: '',
      iss: 'AISSUER',
      name: 'Hello',
      rev: '0',
      sub: 'MHELLO',
      tags: 'a,b',
      version: '0.1.0',
    };
    expect(decodeStoredClaims(jsonToBytes(json), 'MHELLO')).toEqual(component);
    expect(decodeStoredClaims(jsonToBytes({ ...json, tags: '' }), 'MHELLO')).toEqual({
      ...component,
      tags: [],
    });
  });

  it('must be about the subject of their key', () => {
    expect(() => decodeStoredClaims(encodeStoredClaims(provider), 'VOTHER')).toThrow('subject mismatch');
  });

  it('need every field', () => {
    const bytes = jsonToBytes({ issuer: 'A', name: 'x', revision: '0', subject: 'V' });
    expect(() => decodeStoredClaims(bytes, 'V')).toThrow('stored claims of V: field "version" is missing');
  });
});

describe('claims of the claims.get reply', () => {
  it('are strings under both names, for a component', () => {
    const json = {
      call_alias: '',
      iss: 'AISSUER',
      issuer: 'AISSUER',
      name: 'Hello',
      rev: '0',
      revision: '0',
      sub: 'MHELLO',
      subject: 'MHELLO',
      tags: 'a,b',
      version: '0.1.0',
    };
    expect(encodeClaims(component)).toEqual(json);
    expect(decodeClaims(json)).toEqual(component);
  });

  it('are strings under both names, for a provider', () => {
    const json = {
      iss: 'AISSUER',
      issuer: 'AISSUER',
      name: 'KV',
      rev: '2',
      revision: '2',
      sub: 'VKV',
      subject: 'VKV',
      version: '',
      config_schema: '',
    };
    expect(encodeClaims(provider)).toEqual(json);
    expect(decodeClaims(json)).toEqual(provider);
  });

  it('are read leniently from other hosts', () => {
    expect(decodeClaims({ sub: 'V1' })).toEqual({
      kind: 'provider',
      issuer: '',
      name: '',
      revision: '0',
      subject: 'V1',
      version: '',
    });
  });
});
