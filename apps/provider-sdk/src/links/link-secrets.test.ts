import { createXKey } from '@wasmlattice/identity';
import { encodeSecrets, type SecretMap } from '@wasmlattice/provider-host/protocol';
import { describe, expect, it } from 'vitest';
import { createLinkSecrets, LinkSecretsError } from './link-secrets.js';

const host = createXKey();
const provider = createXKey();
const secrets: SecretMap = { token: { kind: 'string', value: 's3cr3t' } };
const keys = { hostXkeyPublicKey: host.publicKey, providerXkeyPrivateKey: provider.seed() };

describe('link secrets', () => {
  it('open what the host sealed for this provider', () => {
    const { open, publicKey } = createLinkSecrets(keys);
    expect(publicKey).toBe(provider.publicKey);
    expect(open(host.seal(encodeSecrets(secrets), provider.publicKey))).toEqual(secrets);
  });

  it('are none where nothing was sealed', () => {
    expect(createLinkSecrets(keys).open(undefined)).toEqual({});
  });

  it('do not open what others sealed', () => {
    const sealed = createXKey().seal(encodeSecrets(secrets), provider.publicKey);
    expect(() => createLinkSecrets(keys).open(sealed)).toThrow(/does not open/);
  });

  it('need keys, which hosts before 1.1 do not give', () => {
    const { open, publicKey } = createLinkSecrets({ hostXkeyPublicKey: '', providerXkeyPrivateKey: '' });
    expect(publicKey).toBeUndefined();
    expect(open(undefined)).toEqual({});
    expect(() => open(Uint8Array.of(1))).toThrow(LinkSecretsError);
  });
});
