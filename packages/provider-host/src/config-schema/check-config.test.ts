import { describe, expect, it } from 'vitest';
import { checkLinkConfig, checkProviderConfig } from './check-config.js';
import {
  blobstoreFsSchema,
  configSchemaOf,
  httpServerSchema,
  keyvalueNatsSchema,
  messagingNatsSchema,
} from './schemas/index.js';

const refusals = (...given: Parameters<typeof checkLinkConfig>): readonly string[] =>
  checkLinkConfig(...given).refusals.map(({ message }) => message);

describe('the config of a link', () => {
  it('belongs to the side of the provider', () => {
    const subscriptions = { subscriptions: 'orders.*' };
    expect(refusals(messagingNatsSchema, 'source', { source: {}, target: subscriptions })).toEqual([
      '"subscriptions" is in the target config of the link, which is the component\'s: put it into the source config',
    ]);
    expect(refusals(messagingNatsSchema, 'source', { source: subscriptions, target: subscriptions })).toEqual(
      [],
    );
  });

  it('tells the side that has the key, which may be the other end', () => {
    const { refusals } = checkLinkConfig(messagingNatsSchema, 'source', {
      source: { subscription: 'x' },
      target: { subscriptions: 'x' },
    });
    expect(refusals.map(({ key, side }) => [key, side])).toEqual([
      ['subscription', 'source'],
      ['subscriptions', 'target'],
    ]);
  });

  it('belongs to the link of the right direction', () => {
    expect(
      refusals(keyvalueNatsSchema, 'target', { source: {}, target: { bucket: 'b', watch: 'SET@x' } }),
    ).toEqual([
      '"watch" has no effect in the target config of a link from a component to the provider: put it into the source config of a link from the provider to a component',
    ]);
  });

  it.each([
    ['subscription', 'subscriptions'],
    ['cluster_urls', 'cluster_uris'],
    ['cluster-uris', 'cluster_uris'],
    ['Subscriptions', 'subscriptions'],
  ])('has no %s, but %s', (given, meant) => {
    const [refusal] = refusals(messagingNatsSchema, 'source', { source: { [given]: 'x' }, target: {} });
    expect(refusal).toBe(`"${given}" is not a key of messaging-nats: did you mean "${meant}"?`);
  });

  it('may have keys that nobody knows where nothing is lost by them', () => {
    const target = { bucket: 'b', team: 'blue' };
    expect(checkLinkConfig(keyvalueNatsSchema, 'target', { source: {}, target })).toEqual({
      refusals: [],
      warnings: [
        { key: 'team', side: 'target', message: '"team" is not a key of keyvalue-nats and has no effect' },
      ],
    });
    expect(refusals(blobstoreFsSchema, 'target', { source: {}, target: { directory: '/x' } })).toHaveLength(
      1,
    );
    expect(
      refusals(blobstoreFsSchema, 'target', { source: {}, target: { directory: '/x' } }, { Root: '/y' }),
    ).toEqual([]);
  });

  it('loses nothing without a key whose alternative it has', () => {
    const config = { consumers: '[]', team: 'blue' };
    expect(checkLinkConfig(messagingNatsSchema, 'source', { source: config, target: {} })).toEqual({
      refusals: [],
      warnings: [
        { key: 'team', side: 'source', message: '"team" is not a key of messaging-nats and has no effect' },
      ],
    });
    expect(refusals(messagingNatsSchema, 'source', { source: { team: 'blue' }, target: {} })).toHaveLength(1);
  });

  it('takes names of object members for what they are', () => {
    const target = { bucket: 'b', ['__proto__']: 'x', constructor: 'y', toString: 'z' };
    expect(checkLinkConfig(keyvalueNatsSchema, 'target', { source: {}, target }).warnings).toHaveLength(3);
  });

  it('is checked as far as it is known', () => {
    expect(refusals(httpServerSchema, 'source', { source: undefined, target: {} })).toEqual([]);
    expect(
      refusals(httpServerSchema, 'source', { source: { note: 'x' }, target: {} }, undefined),
    ).toHaveLength(1);
  });
});

it('a provider has keys of its own', () => {
  expect(checkProviderConfig(keyvalueNatsSchema, { bucket: 'b', watch: 'SET@x' }).refusals).toHaveLength(1);
  expect(checkProviderConfig(messagingNatsSchema, { subscriptions: 'x', ping_interval_sec: '1' })).toEqual({
    refusals: [],
    warnings: [
      {
        key: 'ping_interval_sec',
        side: 'provider',
        message: '"ping_interval_sec" is known from wasmCloud and has no effect here',
      },
    ],
  });
});

it.each([
  ['wasmcloud+builtin://http-server', 'http-server'],
  ['ghcr.io/wasmcloud/keyvalue-nats:0.3.0', 'keyvalue-nats'],
  ['file:///opt/node_modules/@wasmlattice/provider-messaging-nats/dist/main.js', 'messaging-nats'],
  ['file:///opt/blobstore_fs.par.gz', 'blobstore-fs'],
  ['ghcr.io/acme/other:1', undefined],
])('%s names the provider %s', (reference, provider) => {
  expect(configSchemaOf(reference)?.provider).toBe(provider);
});
