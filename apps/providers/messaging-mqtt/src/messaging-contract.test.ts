import { fileURLToPath } from 'node:url';
import { messagingContract } from '@wasmlattice/provider-contracts';
import { ProviderHarness } from '@wasmlattice/provider-sdk/testing';
import { startMosquitto, startNatsServer } from '@wasmlattice/test-support';
import mqtt, { type IPublishPacket } from 'mqtt';
import { expect } from 'vitest';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const id = 'messaging';

messagingContract('messaging-mqtt', async () => {
  await using opened = new AsyncDisposableStack();
  const nats = opened.use(await startNatsServer());
  const broker = opened.use(await startMosquitto());
  const harness = opened.use(await ProviderHarness.connect({ url: nats.url, program, id }));
  const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
  opened.defer(() => client.endAsync(true));
  const letters: IPublishPacket[] = [];
  client.on('message', (_topic, _body, packet) => letters.push(packet));
  await client.subscribeAsync('dead/#', { qos: 1 });
  const scope = opened.move();
  return {
    harness,
    id,
    publishConfig: { url: broker.url },
    subscribeConfig: (subscriptions) => ({ url: broker.url, subscriptions }),
    keepConfig: async (subject) => ({
      url: broker.url,
      subscriptions: subject,
      client_id: `worker-${subject}`,
      back_off_ms: '0',
      max_deliver: '2',
      dead_letter_subject: `dead.${subject}`,
    }),
    async nextDeadLetter() {
      await expect.poll(() => letters.length).toBeGreaterThan(0);
      const { payload, properties } = letters.shift() as IPublishPacket;
      const { 'Dead-Letter-Reason': reason = '' } = properties?.userProperties ?? {};
      return { body: payload.toString(), reason: String(reason) };
    },
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
});
