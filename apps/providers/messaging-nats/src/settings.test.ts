import { messagingNatsSchema } from '@wasmlattice/provider-host/config-schema';
import { type ConfigLayer, readSettings } from '@wasmlattice/provider-sdk';
import { describe, expect, it } from 'vitest';
import { type MessagingSettings, messagingSettings } from './settings.js';

const lattice = { url: 'nats://lattice:4222', credentials: { jwt: 'lattice-jwt', seed: 'SULATTICE' } };

function layer(config: ConfigLayer['config'] = {}, secrets: ConfigLayer['secrets'] = {}): ConfigLayer {
  return { config, secrets };
}

function read(link: ConfigLayer, provider: ConfigLayer = layer()): MessagingSettings {
  const settings = readSettings(messagingNatsSchema, { side: 'source', link, provider });
  return messagingSettings(settings, lattice);
}

describe('messaging settings', () => {
  it('are on the lattice by default', () => {
    expect(read(layer())).toEqual({
      access: lattice,
      subscriptions: [],
      consumers: [],
      jsDomain: undefined,
      publishesToStreams: false,
      inboxPrefix: undefined,
    });
  });

  it('never send the credentials of the lattice to another server', () => {
    expect(read(layer({ cluster_uris: 'nats://a:1,nats://b:1' })).access).toEqual({
      url: 'nats://a:1,nats://b:1',
    });
  });

  it('have subscriptions with and without queue groups', () => {
    expect(read(layer({ subscriptions: 'orders.*|workers, news.>' })).subscriptions).toEqual([
      { subject: 'orders.*', queue: 'workers' },
      { subject: 'news.>', queue: undefined },
    ]);
  });

  it.each(['a b', 'a|', '|q', 'a|q|r', 'a..b'])('refuse the subscription %j', (subscriptions) => {
    expect(() => read(layer({ subscriptions }))).toThrow(/write "subject" or "subject\|queue"/);
  });

  it('prefer the link to the provider, and secrets to configs', () => {
    const secrets: ConfigLayer['secrets'] = {
      client_jwt: { kind: 'string', value: 'secret-jwt' },
      client_seed: { kind: 'bytes', value: new TextEncoder().encode('SUSECRET') },
    };
    const provider = layer({ cluster_uris: 'nats://p:1', custom_inbox_prefix: '_P', subscriptions: 'p' });
    expect(
      read(layer({ client_seed: 'SU', subscriptions: 'l', tls_ca_file: '/ca' }, secrets), provider),
    ).toMatchObject({
      access: {
        url: 'nats://p:1',
        credentials: { jwt: 'secret-jwt', seed: 'SUSECRET' },
        tls: { caFile: '/ca' },
      },
      subscriptions: [{ subject: 'l', queue: undefined }],
      inboxPrefix: '_P',
    });
  });

  it('need both parts of the credentials', () => {
    expect(() => read(layer({ client_jwt: 'jwt' }))).toThrow(/client_seed is missing/);
  });

  it('have consumers of streams', () => {
    const consumers = JSON.stringify([{ stream: 'ORDERS', consumer: 'workers' }]);
    expect(read(layer({ consumers, js_domain: 'edge' }))).toMatchObject({
      consumers: [{ stream: 'ORDERS', consumer: 'workers' }],
      jsDomain: 'edge',
    });
    expect(() => read(layer({ consumers: '[{}]' }))).toThrow(/consumers\[0\] has no stream/);
  });
});
