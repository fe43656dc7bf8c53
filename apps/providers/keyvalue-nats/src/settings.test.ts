import { keyvalueNatsSchema } from '@wasmlattice/provider-host/config-schema';
import { type ConfigLayer, readSettings } from '@wasmlattice/provider-sdk';
import { describe, expect, it } from 'vitest';
import { type StoreSettings, storeSettings } from './settings.js';

const lattice = { url: 'nats://lattice:4222', credentials: { jwt: 'lattice-jwt', seed: 'SULATTICE' } };

function layer(config: ConfigLayer['config'] = {}, secrets: ConfigLayer['secrets'] = {}): ConfigLayer {
  return { config, secrets };
}

function read(link: ConfigLayer, provider: ConfigLayer = layer()): StoreSettings {
  const settings = readSettings(keyvalueNatsSchema, { side: 'target', link, provider });
  return storeSettings(settings, lattice);
}

describe('store settings', () => {
  it('are on the lattice by default', () => {
    expect(read(layer({ bucket: 'b' }))).toEqual({
      bucket: 'b',
      access: lattice,
      jsDomain: undefined,
      autoCreate: false,
    });
  });

  it('never send the credentials of the lattice to another server', () => {
    expect(read(layer({ bucket: 'b', cluster_uri: 'nats://other:1' })).access).toEqual({
      url: 'nats://other:1',
    });
  });

  it('take everything a link can say', () => {
    expect(
      read(
        layer({
          bucket: 'b',
          cluster_uri: 'tls://other:1',
          js_domain: 'leaf',
          client_jwt: 'jwt',
          client_seed: 'SU',
          tls_ca_file: '/ca.pem',
          enable_bucket_auto_create: 'TRUE',
        }),
      ),
    ).toEqual({
      bucket: 'b',
      access: {
        url: 'tls://other:1',
        credentials: { jwt: 'jwt', seed: 'SU' },
        tls: { caFile: '/ca.pem' },
      },
      jsDomain: 'leaf',
      autoCreate: true,
    });
  });

  it('prefer secrets to configs, and a certificate to its file', () => {
    const secrets: ConfigLayer['secrets'] = {
      cluster_uri: { kind: 'string', value: 'nats://kv:secret@other:1' },
      client_jwt: { kind: 'string', value: 'secret-jwt' },
      client_seed: { kind: 'bytes', value: new TextEncoder().encode('SUSECRET') },
      tls_ca: { kind: 'string', value: 'PEM' },
      bucket: { kind: 'string', value: 'not a secret' },
    };
    const { access, bucket } = read(layer({ bucket: 'b', client_seed: 'SU', tls_ca_file: '/ca' }, secrets));
    expect(access.url).toBe('nats://kv:secret@other:1');
    expect(access.credentials).toEqual({ jwt: 'secret-jwt', seed: 'SUSECRET' });
    expect(access.tls).toEqual({ ca: 'PEM' });
    expect(bucket).toBe('b');
  });

  it('come from the provider where the link says nothing', () => {
    const provider = layer({ bucket: 'p', cluster_uri: 'nats://p:1', js_domain: 'd' });
    expect(read(layer(), provider)).toMatchObject({
      bucket: 'p',
      access: { url: 'nats://p:1' },
      jsDomain: 'd',
    });
    expect(read(layer({ bucket: 'l' }), provider)).toMatchObject({
      bucket: 'l',
      access: { url: 'nats://p:1' },
    });
    expect(read(layer({ bucket: 'l', cluster_uri: 'nats://l:1' }), provider).access.url).toBe('nats://l:1');
  });

  it('need a bucket', () => {
    expect(() => read(layer())).toThrow(/bucket is missing: put it into the target config/);
    // Most likely a misspelt key: the provider's bucket would be a surprise.
    expect(() => read(layer({ buckets: 'b' }), layer({ bucket: 'p' }))).toThrow(/bucket is missing/);
    expect(() => read(layer({ bucket: 'a.b' }))).toThrow(
      /bucket is "a\.b": give the name of a NATS KV bucket/,
    );
  });

  it('need both parts of the credentials', () => {
    expect(() => read(layer({ bucket: 'b', client_jwt: 'jwt' }))).toThrow(/client_seed is missing/);
    expect(() => read(layer({ bucket: 'b', client_seed: 'SU' }))).toThrow(/client_jwt is missing/);
  });
});
