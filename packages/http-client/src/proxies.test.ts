import { describe, expect, test } from 'vitest';
import { ProxyError, proxiesFrom, proxyFor } from './proxies.js';

describe('proxies', () => {
  test('are those of the environment, lower case first', () => {
    expect(
      proxiesFrom({
        http_proxy: 'http://a:1',
        HTTP_PROXY: 'http://b:1',
        HTTPS_PROXY: 'c:3128',
        NO_PROXY: 'localhost, .internal',
      }),
    ).toEqual({ http: 'http://a:1', https: 'c:3128', except: ['localhost', '.internal'] });
    expect(proxiesFrom({})).toEqual({ http: undefined, https: undefined, except: [] });
  });

  test('that are none are refused, without telling a password', () => {
    expect(() => proxiesFrom({ HTTPS_PROXY: 'socks5://me:secret@proxy' })).toThrow(ProxyError);
    expect(() => proxiesFrom({ HTTPS_PROXY: 'socks5://me:secret@proxy' })).not.toThrow(/secret/);
  });

  test.each([
    ['example.org', 'example.org', 443, false],
    ['example.org', 'a.example.org', 443, false],
    ['.example.org', 'a.example.org', 443, false],
    ['*.example.org', 'a.example.org', 443, false],
    ['example.org', 'badexample.org', 443, true],
    ['example.org:80', 'example.org', 443, true],
    ['[::1]:443', '::1', 443, false],
    ['10.0.0.1', '10.0.0.1', 443, false],
    ['*', 'anything', 443, false],
  ])('with the exception %s, %s at %d is reached through it: %s', (entry, host, port, expected) => {
    const proxy = proxyFor({ https: 'http://p', except: [entry] }, { host, port, secure: true });
    expect(proxy !== undefined).toBe(expected);
  });
});
