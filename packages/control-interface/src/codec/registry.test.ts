import { describe, expect, it } from 'vitest';
import { decodeRegistryCredentials, encodeRegistryCredentials } from './registry.js';

describe('registry credentials', () => {
  it('have the wire form of the spec, both ways', () => {
    const credentials = {
      'ghcr.io': { username: 'me', password: 'secret', registryType: 'oci' },
      'other.example': { token: 't', registryType: 'oci' },
    };
    expect(JSON.parse(JSON.stringify(encodeRegistryCredentials(credentials)))).toEqual(credentials);
    expect(decodeRegistryCredentials(credentials)).toStrictEqual(credentials);
  });

  it('are for oci unless another type is given', () => {
    expect(decodeRegistryCredentials({ 'ghcr.io': { token: null } })).toStrictEqual({
      'ghcr.io': { registryType: 'oci' },
    });
  });

  it('name a wrong field without its value', () => {
    expect(() => decodeRegistryCredentials({ 'ghcr.io': { password: 4711 } })).toThrow(
      'registry credentials: field "ghcr.io.password" must be a string, got a number',
    );
    expect(() => decodeRegistryCredentials({ 'ghcr.io': 'secret' })).toThrow(
      'registry credentials: field "ghcr.io" must be an object, got a string',
    );
    expect(() => decodeRegistryCredentials([])).toThrow(
      'registry credentials must be an object, got an array',
    );
  });
});
