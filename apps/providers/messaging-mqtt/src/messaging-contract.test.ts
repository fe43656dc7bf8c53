import { fileURLToPath } from 'node:url';
import { messagingContract, providerAtHand } from '@wasmlattice/provider-contracts';
import { startMosquitto } from '@wasmlattice/test-support';
import mqtt, { type IPublishPacket } from 'mqtt';
import { expect } from 'vitest';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

messagingContract('messaging-mqtt', () =>
  providerAtHand('messaging', { program }, async ({ scope }) => {
    const { url } = scope.use(await startMosquitto());
    const client = await mqtt.connectAsync(url, { protocolVersion: 5 });
    scope.defer(() => client.endAsync(true));
    const letters: IPublishPacket[] = [];
    client.on('message', (_topic, _body, packet) => letters.push(packet));
    await client.subscribeAsync('dead/#', { qos: 1 });
    return {
      publishConfig: { url },
      subscribeConfig: (subscriptions) => ({ url, subscriptions }),
      keepConfig: async (subject) => ({
        url,
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
    };
  }),
);
