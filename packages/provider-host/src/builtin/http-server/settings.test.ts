import { describe, expect, it } from 'vitest';
import { parseHttpLinkSettings, parseHttpServerSettings } from './settings.js';

const fallback = { host: '0.0.0.0', port: 8000 };

describe('provider config of the HTTP server', () => {
  it('listens on 0.0.0.0:8000 by default', () => {
    expect(parseHttpServerSettings({})).toEqual({ defaultAddress: fallback });
    expect(parseHttpServerSettings({ routing_mode: 'address', default_address: '127.0.0.1:1' })).toEqual({
      defaultAddress: { host: '127.0.0.1', port: 1 },
    });
  });

  it('refuses what it can not do, and says what it can', () => {
    expect(() => parseHttpServerSettings({ routing_mode: 'path' })).toThrow(
      /routing_mode "path" is not available yet.*use "address"/,
    );
    expect(() => parseHttpServerSettings({ routing_mode: 'host' })).toThrow(/not available yet/);
    expect(() => parseHttpServerSettings({ routing_mode: 'x' })).toThrow('unknown routing_mode: x');
    expect(() => parseHttpServerSettings({ default_address: 'localhost' })).toThrow(
      /default_address must be an IP address and a port/,
    );
  });
});

describe('link config of the HTTP server', () => {
  it('takes the address, in any case of the key', () => {
    expect(parseHttpLinkSettings({ ADDRESS: '127.0.0.1:9000' }, fallback)).toEqual({
      address: { host: '127.0.0.1', port: 9000 },
      notApplied: [],
    });
    expect(parseHttpLinkSettings({}, fallback).address).toEqual(fallback);
  });

  it('takes all settings from a JSON document, as text or base64 without padding', () => {
    const document = '{"address":"127.0.0.1:9000","cache_control":"no-store"}';
    const config_b64 = Buffer.from(document).toString('base64').replace(/=+$/, '');
    const expected = { address: { host: '127.0.0.1', port: 9000 }, notApplied: ['cache_control'] };
    expect(parseHttpLinkSettings({ config_json: document, address: 'ignored' }, fallback)).toEqual(expected);
    expect(parseHttpLinkSettings({ config_b64 }, fallback)).toEqual(expected);
    expect(parseHttpLinkSettings({ config_json: '{}' }, fallback).address).toEqual(fallback);
  });

  it('names the key that is wrong', () => {
    expect(() => parseHttpLinkSettings({ address: '8000' }, fallback)).toThrow(
      /address must be .* got "8000"/,
    );
    expect(() => parseHttpLinkSettings({ port: 'x' }, fallback)).toThrow(/port must be a number/);
    expect(() => parseHttpLinkSettings({ config_json: '{' }, fallback)).toThrow(/config_json does not hold/);
    expect(() => parseHttpLinkSettings({ config_b64: 'W10' }, fallback)).toThrow(/config_b64 must hold/);
    expect(() => parseHttpLinkSettings({ config_json: '{"address":7}' }, fallback)).toThrow(/got 7/);
  });

  it('accepts a port, which has no effect', () => {
    expect(parseHttpLinkSettings({ port: '9000' }, fallback).address).toEqual(fallback);
  });

  it('tells which settings it does not apply', () => {
    expect(parseHttpLinkSettings({ TLS_CERT_FILE: '/x', timeout_ms: '5' }, fallback).notApplied).toEqual([
      'tls_cert_file',
      'timeout_ms',
    ]);
  });
});
