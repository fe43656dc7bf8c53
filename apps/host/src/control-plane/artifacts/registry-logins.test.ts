import type { RegistryLogin } from '@wasmlattice/artifacts';
import { noopLogger } from '@wasmlattice/telemetry';
import { expect, it } from 'vitest';
import { createRegistryLogins } from './registry-logins.js';

function loginsAfter(...names: string[]): string[] {
  const logins = new Map<string, RegistryLogin>();
  const registries = createRegistryLogins({
    table: {
      has: (name: string) => logins.has(name),
      put: (name: string, login: RegistryLogin) => logins.set(name, login),
    } as never,
    login: undefined,
    onChange() {},
    logger: noopLogger,
  });
  registries.put(
    Object.fromEntries(
      names.map((name) => [name, { username: 'a', password: 'b', registryType: 'oci' }]),
    ) as never,
  );
  return [...logins.keys()];
}

it('registries are known by host and port, whatever is written around them', () => {
  expect(loginsAfter('https://GHCR.io/v2/', 'index.docker.io', 'localhost:5000')).toEqual([
    'ghcr.io',
    'docker.io',
    'localhost:5000',
  ]);
});

it('names that are made to be slow are read as fast as others', () => {
  expect(loginsAfter(`x${'/'.repeat(1_000_000)}\n`)).toEqual(['x']);
});
