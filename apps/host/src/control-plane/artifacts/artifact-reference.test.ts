import { describe, expect, it } from 'vitest';
import {
  ArtifactReferenceError,
  normalizeProviderReference,
  parseArtifactReference,
} from './artifact-reference.js';

describe('parseArtifactReference', () => {
  it.each([
    ['file:///srv/a.wasm', { kind: 'file', path: '/srv/a.wasm' }],
    ['file:///srv/with%20blank.wasm', { kind: 'file', path: '/srv/with blank.wasm' }],
    ['/srv/a.wasm', { kind: 'file', path: '/srv/a.wasm' }],
    ['wasmcloud+builtin://http-server', { kind: 'builtin', name: 'http-server' }],
    ['oci://ghcr.io/a/b:1', { kind: 'oci', image: 'ghcr.io/a/b:1' }],
    ['https://localhost:5000/x:1', { kind: 'oci', image: 'localhost:5000/x:1' }],
    ['ghcr.io/a/b:1', { kind: 'oci', image: 'ghcr.io/a/b:1' }],
  ])('reads %s', (reference, parsed) => {
    expect(parseArtifactReference(reference)).toEqual(parsed);
  });

  it.each(['', 'file://relative/a.wasm'])('refuses %j and says which form to use', (reference) => {
    expect(() => parseArtifactReference(reference)).toThrow(ArtifactReferenceError);
  });
});

it('removes the scheme from a provider reference', () => {
  expect(normalizeProviderReference('file:///srv/kv.js')).toBe('/srv/kv.js');
  expect(normalizeProviderReference('wasmcloud+builtin://http-server')).toBe('http-server');
  expect(normalizeProviderReference('oci://ghcr.io/a/b:1')).toBe('ghcr.io/a/b:1');
});
