import { expect, it } from 'vitest';
import { component, config, link, provider } from '../testing/applications.js';
import { linkScalerId, scalerId } from './scaler-identity.js';

it('scalers have the ids that wadm 0.21.1 gave them', () => {
  const http = provider('http', { image: 'wasmcloud+builtin://http-server' });
  expect(scalerId('SpreadScaler', 'interop', http, 'wasmcloud+builtin://http-server')).toBe(
    'cc34a331e69522e2819011f15ab6bfd85cc24f0f0d6d56397a3ee89c7a1f7601',
  );
  const counted = {
    sourceId: 'golden-counter',
    target: 'golden-kv',
    name: 'default',
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store', 'atomics'],
    sourceConfig: [],
    targetConfig: ['golden-bucket'],
  };
  expect(linkScalerId('golden', counted)).toBe(
    'f3bf45bce9fd9f0d7ceece799f6cd32741273532f93800a9a76676e1c61866ba',
  );
});

it('another image or config makes another scaler, another number or link does not', () => {
  const id = (options: Parameters<typeof component>[1], image = 'one') =>
    scalerId('SpreadScaler', 'shop', component('web', options), image);
  const plain = id({});
  expect(id({ scalers: [], links: [link('kv')] })).toBe(plain);
  expect(id({}, 'two')).not.toBe(plain);
  expect(id({ config: [config('greeting', {})] })).not.toBe(plain);
});
