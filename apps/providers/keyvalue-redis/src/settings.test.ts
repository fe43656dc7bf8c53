import { keyvalueRedisSchema, readSettings } from '@wasmlattice/provider-host/config-schema';
import type { ConfigLayer } from '@wasmlattice/provider-sdk';
import { describe, expect, it } from 'vitest';
import { type StoreSettings, storeSettings } from './settings.js';

function layer(
  config: ConfigLayer['config'] = {},
  secrets: Readonly<Record<string, string>> = {},
): ConfigLayer {
  const sealed = Object.entries(secrets).map(([key, value]) => [key, { kind: 'string', value }]);
  return { config, secrets: Object.fromEntries(sealed) };
}

function read(link: ConfigLayer, provider = layer()): StoreSettings {
  const settings = readSettings(keyvalueRedisSchema, { side: 'target', link, provider });
  return storeSettings({ ...link, settings }, 'target');
}

describe('store settings', () => {
  it("are upstream's by default", () => {
    expect(read(layer())).toMatchObject({
      connection: {
        address: { nodes: [{ host: '127.0.0.1', port: 6379 }], isTls: false, database: 0 },
        isCluster: false,
        connectTimeoutMs: 3_000,
        maxReconnectDelayMs: 300,
      },
      responseTimeoutMs: 1_000,
      isShared: true,
    });
  });

  it('take keys in any case, and a password from a secret', () => {
    const { connection } = read(layer({ url: 'rediss://r:1', username: 'u' }, { Password: 's3cret' }));
    expect(connection.address).toMatchObject({ isTls: true, username: 'u', password: 's3cret' });
  });

  it('take the URL as a secret, with the user and the password in it before others', () => {
    const { connection } = read(layer({ username: 'u', PASSWORD: 'p' }, { url: 'redis://:inside@r' }));
    expect(connection.address).toMatchObject({
      nodes: [{ host: 'r', port: 6379 }],
      username: 'u',
      password: 'inside',
    });
  });

  it("give the provider's password to the provider's server alone", () => {
    const provider = layer(
      { URL: 'redis://p', BACKEND_RESPONSE_TIMEOUT_MS: '50' },
      { PASSWORD: 'of-provider' },
    );
    expect(read(layer(), provider)).toMatchObject({
      connection: { address: { nodes: [{ host: 'p', port: 6379 }], password: 'of-provider' } },
      isShared: true,
    });
    const own = read(layer({ URL: 'redis://l' }), provider);
    expect(own.connection.address).toMatchObject({ nodes: [{ host: 'l', port: 6379 }] });
    expect(own.connection.address.password).toBeUndefined();
    expect(own).toMatchObject({ responseTimeoutMs: 50, isShared: false });
  });

  it('are of a cluster where the URL has several nodes, or the config says so', () => {
    expect(read(layer({ URL: 'redis://a:1,b:2' })).connection).toMatchObject({ isCluster: true });
    expect(read(layer({ URL: 'redis://a:1', CLUSTER: 'true' })).connection).toMatchObject({
      isCluster: true,
    });
    expect(() => read(layer({ URL: 'redis://a:1/1,b:2' }))).toThrow(/a cluster has the database 0 alone/);
  });

  it('may keep links from the server of the provider, by any value but a no', () => {
    for (const config of [{ DISABLE_DEFAULT_CONNECTION: '' }, { disable_default_connection: 'false' }]) {
      expect(() => read(layer(config))).not.toThrow();
    }
    expect(() => read(layer(), layer({ DISABLE_DEFAULT_CONNECTION: '1' }))).toThrow(
      /^URL is missing, and DISABLE/,
    );
    expect(() => read(layer({ URL: 'redis://l' }), layer({ DISABLE_DEFAULT_CONNECTION: '1' }))).not.toThrow();
  });

  it('never show a URL that can not be used: it may have a password', () => {
    expect(() => read(layer({ URL: 'http://:s3cret@r' }))).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('s3cret') }),
    );
  });
});
