import { describe, expect, it } from 'vitest';
import { addressesOverlap, formatSocketAddress, parseSocketAddress } from './socket-address.js';

describe('socket address', () => {
  it.each(['127.0.0.1:8000', '0.0.0.0:0', '[::1]:65535', '[::]:80'])('reads and writes %s', (text) => {
    const address = parseSocketAddress(text);
    expect(address && formatSocketAddress(address)).toBe(text);
  });

  it.each([
    'localhost:8000',
    '127.0.0.1',
    ':8000',
    '127.0.0.1:65536',
    '::1:80',
    '[127.0.0.1]:80',
    '1.2.3.4:x',
    '',
  ])('refuses %j', (text) => {
    expect(parseSocketAddress(text)).toBeUndefined();
  });

  it('overlaps with the same port of the same or of every address', () => {
    const a = { host: '127.0.0.1', port: 80 };
    expect(addressesOverlap(a, { ...a })).toBe(true);
    expect(addressesOverlap(a, { host: '0.0.0.0', port: 80 })).toBe(true);
    expect(addressesOverlap({ host: '::', port: 80 }, a)).toBe(true);
    expect(addressesOverlap(a, { host: '127.0.0.2', port: 80 })).toBe(false);
    expect(addressesOverlap(a, { ...a, port: 81 })).toBe(false);
    expect(addressesOverlap({ ...a, port: 0 }, { ...a, port: 0 })).toBe(false);
  });
});
