import type { NatsAccessSettings } from '@wasmlattice/provider-host/config-schema';
import { describe, expect, it } from 'vitest';
import { readNatsAccess } from './nats-access-config.js';

const lattice = { url: 'nats://lattice:4222', credentials: { jwt: 'lattice-jwt', seed: 'SULATTICE' } };
const none: NatsAccessSettings = {
  client_jwt: undefined,
  client_seed: undefined,
  tls_ca: undefined,
  tls_ca_file: undefined,
};

describe('readNatsAccess', () => {
  it("never sends the lattice's credentials to another server", () => {
    expect(readNatsAccess(undefined, none, lattice)).toEqual(lattice);
    expect(readNatsAccess('nats://other', none, lattice)).toEqual({ url: 'nats://other' });
  });

  it('says which half of the credentials is missing', () => {
    const read = () => readNatsAccess(undefined, { ...none, client_jwt: 'jwt' }, lattice);
    expect(read).toThrow(expect.objectContaining({ name: 'SettingsError' }));
    expect(read).toThrow(/client_seed is missing/);
  });
});
