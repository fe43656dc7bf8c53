import { describe, expect, test } from 'vitest';
import { type AddressClass, classifyAddress, isLoopback, plainAddress } from './address-class.js';

describe('an address is', () => {
  const cases: readonly (readonly [AddressClass, readonly string[]])[] = [
    ['public', ['1.1.1.1', '93.184.216.34', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808']],
    [
      'private',
      [
        '10.0.0.1',
        '172.16.0.1',
        '172.31.255.255',
        '192.168.1.1',
        '100.64.0.1',
        'fd12:3456::1',
        '::ffff:10.0.0.1',
        '::ffff:a00:1',
        '64:ff9b::a00:1',
        '2002:a00:1::1',
        '64:ff9b:1::1',
      ],
    ],
    [
      'local',
      [
        '127.0.0.1',
        '127.255.255.254',
        '0.0.0.0',
        '169.254.169.254',
        '100.100.100.200',
        '192.0.0.192',
        '168.63.129.16',
        '224.0.0.1',
        '255.255.255.255',
        '::',
        '::1',
        '0:0:0:0:0:0:0:1',
        'fe80::1',
        'fe80::1%eth0',
        'ff02::1',
        'fd00:ec2::254',
        '::ffff:127.0.0.1',
        '::ffff:7f00:1',
        '0:0:0:0:0:ffff:a9fe:a9fe',
        '::127.0.0.1',
        '::ffff:0:127.0.0.1',
        '64:ff9b::7f00:1',
        '2002:7f00:1::',
        'no address',
      ],
    ],
  ];
  for (const [expected, addresses] of cases) {
    test.each(addresses)(`${expected}: %s`, (address) => expect(classifyAddress(address)).toBe(expected));
  }
});

test('an address has one spelling, a mapped one that of IPv4', () => {
  expect(plainAddress('::FFFF:127.0.0.1')).toBe('127.0.0.1');
  expect(plainAddress('2001:DB8:0:0:0:0:0:1')).toBe('2001:db8::1');
  expect(plainAddress('fe80::1%lo')).toBe('fe80::1');
});

test('the loopback is known in every spelling', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1']) {
    expect(isLoopback(address)).toBe(true);
  }
  expect(isLoopback('169.254.169.254')).toBe(false);
});
