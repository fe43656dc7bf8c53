import { expect, it } from 'vitest';
import { checkAddresses } from './check-addresses.js';
import { NodeReader } from './node-reader.js';

function warningsOf(properties: Readonly<Record<string, string>>): string[] {
  const warnings: string[] = [];
  const fail = (): never => {
    throw new Error('a problem');
  };
  const warning = (path: readonly (string | number)[], message: string): void =>
    void warnings.push(`${path.join('.')}: ${message}`);
  checkAddresses(properties, new NodeReader(properties, ['properties'], { problem: fail, warning }));
  return warnings;
}

it.each([
  'localhost',
  'redis://localhost:6379',
  'postgres://ann@127.0.0.1/tasks',
  'nats://nats.example.org:4222,nats://LOCALHOST:4222',
  'http://[::1]:9000/',
])('%s is another machine on every host', (url) => {
  expect(warningsOf({ URL: url })).toEqual([
    expect.stringMatching(
      /^properties\.URL: .* is the machine, or the container, of whichever host runs this/,
    ),
  ]);
});

it.each([
  'redis.example.org:6379',
  'localhost.example.org',
  'my-localhost',
  '/var/lib/localhost.db',
  '10.127.0.0.1x',
  'Hello',
])('%s is no address of a host itself', (value) => {
  expect(warningsOf({ URL: value })).toEqual([]);
});

it('an address to listen at may be 127.0.0.1, and is no name', () => {
  expect(warningsOf({ address: '127.0.0.1:8000' })).toEqual([]);
  expect(warningsOf({ address: 'localhost:8000' })).toEqual([
    'properties.address: what is listened at is an IP address and a port: 127.0.0.1:8000 for clients on the machine of the host (in a container: for nobody outside), 0.0.0.0:8000 for all',
  ]);
});
