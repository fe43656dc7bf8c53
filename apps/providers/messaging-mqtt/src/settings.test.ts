import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConfigSide, messagingMqttSchema, readSettings } from '@wasmlattice/provider-host/config-schema';
import { createTempDir } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { deliverySettingsOf, publisherLinkOf } from './settings.js';

const none = { config: {}, secrets: {} };

function read(side: ConfigSide, config: Record<string, string>, secrets: Record<string, string> = {}) {
  const sealed = Object.entries(secrets).map(([key, value]) => [key, { kind: 'string' as const, value }]);
  const link = { config: { url: 'mqtts://broker:8883', ...config }, secrets: Object.fromEntries(sealed) };
  return readSettings(messagingMqttSchema, { side, link, provider: none });
}
const delivery = (config: Record<string, string>, secrets?: Record<string, string>) =>
  deliverySettingsOf(read('source', config, secrets), 'NHOST', 'own');

describe('a link for handling', () => {
  it('has subscriptions, some of them shared', async () => {
    const { filters, session } = await delivery({ subscriptions: 'orders.*|workers, plant.>' });
    expect(filters).toEqual(['$share/workers/orders/+', 'plant/#']);
    expect(session).toEqual({ clientId: 'own', isKept: false, expirySeconds: 3_600, maxMessages: 256 });
  });

  it('keeps the session of its client id', async () => {
    const { session } = await delivery({ client_id: 'edge-{host}', session_expiry_secs: '60' });
    expect(session).toMatchObject({ clientId: 'edge-NHOST', isKept: true, expirySeconds: 60 });
  });

  it('has topics as MQTT writes them, if asked for', async () => {
    const settings = await delivery({
      subjects: 'topics',
      subscriptions: 'a/+/#',
      dead_letter_subject: 'dead/a',
    });
    expect(settings).toMatchObject({ filters: ['a/+/#'], deadLetterTopic: 'dead/a' });
  });

  it('has waits, and a will', async () => {
    expect(
      await delivery({ back_off_ms: '10, 200', will_subject: 'state.edge', will_body: 'gone', qos: '2' }),
    ).toMatchObject({
      backOffMs: [10, 200],
      qos: 2,
      access: { will: { topic: 'state/edge', payload: 'gone', qos: 2, isRetained: false } },
    });
  });

  it.each(['a|', '|g', 'a|g|h', 'a.>.b', 'a|g/h', 'a.+'])(
    'refuses the subscription %j',
    async (subscriptions) => {
      await expect(delivery({ subscriptions })).rejects.toThrow(/write "subject" or "subject\|group"/);
    },
  );

  it.each([
    [{ dead_letter_subject: 'a.*' }, 'dead_letter_subject is "a.*": give a subject without wildcards'],
    [{ tls_cert: 'PEM' }, /tls_key is missing/],
    [{ tls_ca_file: '/nowhere' }, 'tls_ca_file is "/nowhere", which can not be read'],
    [{ url: 'mqtt://broker', tls_ca: 'PEM' }, /use mqtts:\/\/ or wss:\/\//],
  ])('refuses %j', async (config, reason) => {
    await expect(delivery(config)).rejects.toThrow(reason);
  });

  it.each([
    [{ url: 'mqtt://joe:sesame@broker' }, /give the URL of a broker/],
    [{ url: 'http://broker' }, /give the URL of a broker/],
    [{ qos: '3' }, /give one of 0, 1, 2/],
    [{ back_off_ms: '1s' }, /give milliseconds/],
  ])('refuses %j at once', (config, reason) => {
    expect(() => read('source', config)).toThrow(reason);
  });
});

it('a link for publishing has secrets and files', async () => {
  await using dir = await createTempDir();
  const file = join(dir.path, 'ca.pem');
  await writeFile(file, 'CA');
  const settings = read(
    'target',
    { tls_ca_file: file, tls_cert: 'CERT', username: 'joe', retain: 'true' },
    { password: 'sesame', tls_key: 'KEY' },
  );
  expect(await publisherLinkOf(settings)).toEqual({
    access: {
      url: 'mqtts://broker:8883',
      version: '5',
      username: 'joe',
      password: 'sesame',
      tls: { ca: 'CA', certificate: 'CERT', key: 'KEY' },
      keepAliveSeconds: 60,
      will: undefined,
    },
    replyTopic: 'replies',
    publish: { style: 'dots', qos: 1, isRetained: true },
  });
});
