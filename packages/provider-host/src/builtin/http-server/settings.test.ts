import type { StringMap } from '@wasmlattice/control-interface/types';
import { describe, expect, it } from 'vitest';
import { parseHttpLinkSettings, parseHttpServerSettings } from './settings.js';

const fallback = { host: '0.0.0.0', port: 8000 };

const read = (sourceConfig: StringMap, config: StringMap = {}, targetConfig: StringMap = {}) =>
  parseHttpLinkSettings(
    { sourceConfig, targetConfig },
    { settings: parseHttpServerSettings(config), config },
  );

describe('provider config of the HTTP server', () => {
  it('listens on 0.0.0.0:8000 by default', () => {
    expect(parseHttpServerSettings({})).toMatchObject({
      routing: { by: 'address' },
      defaultAddress: fallback,
    });
    expect(
      parseHttpServerSettings({ routing_mode: 'address', default_address: '127.0.0.1:1' }),
    ).toMatchObject({
      routing: { by: 'address' },
      defaultAddress: { host: '127.0.0.1', port: 1 },
    });
  });

  it('goes by path, or by a header in any case', () => {
    expect(parseHttpServerSettings({ routing_mode: 'path' }).routing).toEqual({ by: 'path' });
    expect(parseHttpServerSettings({ routing_mode: 'host' }).routing).toEqual({ by: 'host', header: 'host' });
    expect(parseHttpServerSettings({ routing_mode: 'host', header: 'X-Tenant' }).routing).toEqual({
      by: 'host',
      header: 'x-tenant',
    });
    expect(() => parseHttpServerSettings({ routing_mode: 'host', header: 'a b' })).toThrow(/header must be/);
  });

  it('refuses what it can not do', () => {
    expect(() => parseHttpServerSettings({ routing_mode: 'x' })).toThrow('unknown routing_mode: x');
    expect(() => parseHttpServerSettings({ default_address: 'localhost' })).toThrow(
      /default_address must be an IP address and a port/,
    );
  });
});

describe('link config of the HTTP server', () => {
  it('takes the address, in any case of the key', () => {
    expect(read({ ADDRESS: '127.0.0.1:9000' })).toMatchObject({
      address: { host: '127.0.0.1', port: 9000 },
      match: { kind: 'any' },
      warnings: [],
    });
    expect(read({}).address).toEqual(fallback);
  });

  it('takes all settings from a JSON document, as text or base64 without padding', () => {
    const document =
      '{"address":"127.0.0.1:9000","cache_control":"no-store","timeout_ms":5,"disable_keepalive":true}';
    const config_b64 = Buffer.from(document).toString('base64').replace(/=+$/, '');
    const expected = {
      address: { host: '127.0.0.1', port: 9000 },
      policy: { cacheControl: 'no-store', timeoutMs: 5 },
      warnings: ['"disable_keepalive" is known from wasmCloud and has no effect here'],
    };
    expect(read({ config_json: document, address: 'ignored' })).toMatchObject(expected);
    expect(read({ config_b64 })).toMatchObject(expected);
    expect(read({ config_json: '{}' }).address).toEqual(fallback);
  });

  it('names the key that is wrong', () => {
    expect(() => read({ address: '8000' })).toThrow(/address must be .* got "8000"/);
    expect(() => read({ port: 'x' })).toThrow(/port must be a number/);
    expect(() => read({ config_json: '{' })).toThrow(/config_json does not hold/);
    expect(() => read({ config_b64: 'W10' })).toThrow(/config_b64 must hold/);
    expect(() => read({ config_json: '{"address":7}' })).toThrow(/got 7/);
  });

  it('accepts a port, which has no effect', () => {
    expect(read({ port: '9000' }).address).toEqual(fallback);
  });

  it('tells which settings it does not apply', () => {
    expect(read({ DISABLE_KEEPALIVE: 'true' }).warnings).toEqual([
      '"disable_keepalive" is known from wasmCloud and has no effect here',
    ]);
  });

  it('refuses a misspelt address rather than listen wherever it likes', () => {
    const misspelt = /"adress" is not a key of http-server: did you mean "address"\?/;
    expect(() => read({ adress: '127.0.0.1:1' })).toThrow(misspelt);
    expect(() => read({ config_json: '{"adress":"127.0.0.1:1"}' })).toThrow(misspelt);
    expect(() => read({ listen: '127.0.0.1:1' })).toThrow(
      '"listen" is not a key of http-server, and without "address" the link listens on the default address, ' +
        '0.0.0.0:8000 unless the provider says otherwise: give "address" or take "listen" away',
    );
    expect(() => parseHttpServerSettings({ default_adress: '127.0.0.1:1' })).toThrow(/"default_address"/);
    expect(() => parseHttpServerSettings({ address: '127.0.0.1:1' })).toThrow(
      /put it into the source config/,
    );
  });

  it('refuses an address on the side of the component, unless it is on its own side, too', () => {
    expect(() => read({}, {}, { address: '127.0.0.1:1' })).toThrow(
      `"address" is in the target config of the link, which is the component's: put it into the source config`,
    );
    const both = read({ address: '127.0.0.1:1' }, {}, { address: '127.0.0.1:2' });
    expect(both.address).toEqual({ host: '127.0.0.1', port: 1 });
    expect(both.warnings).toHaveLength(1);
  });

  it('takes a stray key where the address is known', () => {
    expect(read({ note: 'x', address: '127.0.0.1:1' }).warnings).toHaveLength(1);
    expect(read({ note: 'x' }, { default_address: '127.0.0.1:2' }).address.port).toBe(2);
  });

  it('takes rules of the provider where the link has none of its own', () => {
    const config = { timeout_ms: '5', readonly_mode: 'true' };
    expect(read({ timeout_ms: '7' }, config).policy).toMatchObject({ timeoutMs: 7, isReadOnly: true });
    expect(() => read({ timeout_ms: 'soon' })).toThrow(/timeout_ms must be a number from 1/);
  });

  it('takes a path as it is, or a prefix, or a host, as the server goes by them', () => {
    const match = (mode: string, sourceConfig: StringMap) => read(sourceConfig, { routing_mode: mode }).match;
    expect(match('path', { path: '/a/' })).toEqual({ kind: 'exact', value: '/a/' });
    expect(match('path', { path_prefix: '/a/' })).toEqual({ kind: 'below', value: '/a' });
    expect(match('path', { path_prefix: '/' })).toEqual({ kind: 'below', value: '/' });
    expect(match('host', { host: 'A.org:80' })).toEqual({ kind: 'exact', value: 'A.org:80' });
    expect(match('host', { host: '*.A.org' })).toEqual({ kind: 'below', value: 'a.org' });
    expect(() => match('path', {})).toThrow(/either `path`/);
    expect(() => match('path', { path: '/a', path_prefix: '/a' })).toThrow(/either `path`/);
    expect(() => match('path', { path: 'a' })).toThrow(/path must be a path that begins with "\/"/);
    expect(() => match('host', {})).toThrow(/needs `host`/);
  });

  it('takes rules for other origins as upstream has them, once one of its keys is there', () => {
    expect(read({}).policy.cors).toBeUndefined();
    expect(
      read({ cors_allowed_origins: '["https://example.org"]', cors_max_age_secs: '5' }).policy.cors,
    ).toEqual({
      origins: ['https://example.org'],
      headers: ['accept', 'accept-language', 'content-type', 'content-language'],
      methods: ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'],
      exposedHeaders: [],
      maxAgeSeconds: 5,
    });
    expect(read({ config_json: '{"cors_allowed_methods":["GET"]}' }).policy.cors?.methods).toEqual(['GET']);
    expect(() => read({ cors_allowed_origins: '["example.org"]' })).toThrow(/must be a list of origins/);
    expect(() => read({ cors_allowed_methods: '[1]' })).toThrow(/must be a list of names/);
  });

  it('takes what belongs to its address', () => {
    expect(read({ trusted_proxies: '10.0.0.0/8, ::1', max_header_bytes: '2048' }).listener).toEqual({
      tls: undefined,
      head: { maxHeadBytes: 2048, headTimeoutMs: undefined },
      trustedProxies: ['10.0.0.0/8', '::1'],
    });
    expect(read({ header_timeout_ms: '20' }).listener.head.headTimeoutMs).toBe(20);
    expect(() => read({ header_timeout_ms: '0' })).toThrow(/header_timeout_ms must be/);
    expect(() => read({ trusted_proxies: 'proxy.example.org' })).toThrow(
      /trusted_proxies must be a list of IP/,
    );
  });

  it('compresses by choice alone', () => {
    expect(read({}).policy.compression).toBeUndefined();
    expect(read({ compression: 'br, gzip' }).policy.compression).toEqual(['br', 'gzip']);
    expect(() => read({ compression: 'lzma' })).toThrow(/compression must be a list of br, gzip and zstd/);
  });
});
