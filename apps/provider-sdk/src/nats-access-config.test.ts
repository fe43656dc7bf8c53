import { describe, expect, it } from 'vitest';
import { readConfigValue, readNatsAccess } from './nats-access-config.js';

const lattice = { url: 'nats://lattice:4222', credentials: { jwt: 'lattice-jwt', seed: 'SULATTICE' } };

class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

describe('readConfigValue', () => {
  const secrets = {
    client_seed: { kind: 'string', value: 'secret' },
    cluster_uri: { kind: 'string', value: 'secret' },
  } as const;

  it('takes secrets for credentials only', () => {
    const config = { client_seed: 'plain', cluster_uri: 'plain' };
    expect(readConfigValue({ config, secrets }, 'client_seed')).toBe('secret');
    expect(readConfigValue({ config, secrets }, 'cluster_uri')).toBe('plain');
  });
});

describe('readNatsAccess', () => {
  it("never sends the lattice's credentials to another server", () => {
    expect(readNatsAccess({ url: undefined }, lattice, SettingsError)).toEqual(lattice);
    expect(readNatsAccess({ url: 'nats://other' }, lattice, SettingsError)).toEqual({ url: 'nats://other' });
  });

  it("throws the provider's own error when half of the credentials is missing", () => {
    const read = () => readNatsAccess({ url: undefined, client_jwt: 'jwt' }, lattice, SettingsError);
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(/client_seed is missing/);
  });
});
