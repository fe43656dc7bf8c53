import { describe, expect, test } from 'vitest';
import { AllowList, AllowListError, isAllowEntry } from './allow-list.js';

const allows = (entries: string[], host: string, address: string, port = 443): boolean => {
  const list = AllowList.parse(entries);
  return list.allowsHost({ host, port }) && list.allowsAddress({ host, port }, address);
};

describe('an allow-list', () => {
  test('without entries lets nothing through', () => {
    expect(allows([], 'example.org', '93.184.216.34')).toBe(false);
    expect(allows([], '93.184.216.34', '93.184.216.34')).toBe(false);
  });

  test('with * lets every name and address of the Internet through, and nothing else', () => {
    expect(allows(['*'], 'example.org', '93.184.216.34')).toBe(true);
    expect(allows(['*'], '93.184.216.34', '93.184.216.34')).toBe(true);
    expect(allows(['*'], 'example.org', '10.0.0.1')).toBe(false);
    expect(allows(['*'], 'localhost', '127.0.0.1')).toBe(false);
    expect(allows(['*'], '127.0.0.1', '127.0.0.1')).toBe(false);
    expect(allows(['*'], '::ffff:127.0.0.1', '::ffff:127.0.0.1')).toBe(false);
    expect(allows(['*'], 'metadata.internal', '169.254.169.254')).toBe(false);
  });

  test('with a name lets that name through, in private networks too, but not to this machine', () => {
    expect(allows(['db.internal'], 'db.internal', '10.0.0.1')).toBe(true);
    expect(allows(['db.internal'], 'db.internal', '127.0.0.1')).toBe(false);
    expect(allows(['db.internal'], 'db.internal', '169.254.169.254')).toBe(false);
    expect(allows(['db.internal'], 'other.internal', '10.0.0.1')).toBe(false);
    expect(allows(['db.internal'], '10.0.0.1', '10.0.0.1')).toBe(false);
  });

  test('with *. lets names below through, but not the name itself or one that ends alike', () => {
    expect(allows(['*.example.org'], 'a.b.example.org', '93.184.216.34')).toBe(true);
    expect(allows(['*.example.org'], 'example.org', '93.184.216.34')).toBe(false);
    expect(allows(['*.example.org'], 'badexample.org', '93.184.216.34')).toBe(false);
  });

  test('with localhost lets the loopback through by that name alone', () => {
    expect(allows(['localhost'], 'localhost', '127.0.0.1')).toBe(true);
    expect(allows(['localhost'], 'localhost', '::1')).toBe(true);
    expect(allows(['localhost'], 'localhost', '169.254.169.254')).toBe(false);
    expect(allows(['localhost', '*'], 'rebound.example.org', '127.0.0.1')).toBe(false);
  });

  test('with an address lets it through without a name, and by names that have an entry', () => {
    expect(allows(['127.0.0.1'], '127.0.0.1', '127.0.0.1')).toBe(true);
    expect(allows(['127.0.0.1'], '::ffff:127.0.0.1', '::ffff:127.0.0.1')).toBe(true);
    expect(allows(['127.0.0.1'], 'localhost', '127.0.0.1')).toBe(false);
    expect(allows(['*', '10.0.0.0/8'], 'db.internal', '10.2.3.4')).toBe(true);
    expect(allows(['*', '10.0.0.0/8'], 'db.internal', '192.168.0.1')).toBe(false);
    expect(allows(['fd00::/8'], 'fd00::17', 'fd00::17')).toBe(true);
  });

  test('with a port lets no other port through', () => {
    expect(allows(['example.org:8443'], 'example.org', '93.184.216.34', 8443)).toBe(true);
    expect(allows(['example.org:8443'], 'example.org', '93.184.216.34', 443)).toBe(false);
    expect(allows(['[::1]:9000'], '::1', '::1', 9000)).toBe(true);
    expect(allows(['[::1]:9000'], '::1', '::1', 9001)).toBe(false);
    expect(allows(['*:443'], 'example.org', '93.184.216.34', 80)).toBe(false);
    expect(allows(['10.0.0.0/8:5000'], '10.1.1.1', '10.1.1.1', 5000)).toBe(true);
  });

  test('takes an address of the machine itself for as near as its loopback', () => {
    const list = AllowList.parse(['*', 'me.example.org']);
    expect(list.allowsAddress({ host: 'me.example.org', port: 80 }, '93.184.216.34', true)).toBe(false);
  });

  test.each([
    '',
    'http://example.org',
    'exa mple.org',
    '*example.org',
    'a.*.org',
    '10.0.0.0/33',
    '::1/129',
    'example.org:0',
    'example.org:70000',
    'example.org/path',
    '300.1.1.1',
    '[example.org]',
    '1.2.3',
  ])('refuses the entry %j', (entry) => {
    expect(() => AllowList.parse([entry])).toThrow(AllowListError);
    expect(isAllowEntry(entry)).toBe(false);
  });
});
