import { ConnectionMonitor } from '@wasmlattice/rpc/nats';
import { startNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { expect, it } from 'vitest';
import { createPublisher } from './publisher.js';

const message = { subject: 'a', body: new Uint8Array(), replyTo: undefined };

it('a publisher does not take what would be lost, and is there again with its server', async () => {
  const first = await startNatsServer();
  const connection = await connect({ servers: first.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  const monitor = new ConnectionMonitor(connection);
  const publisher = createPublisher(connection, {
    monitor,
    inboxPrefix: undefined,
    publishesToStreams: false,
    jsDomain: undefined,
  });
  await publisher.publish(message, {});
  await first[Symbol.asyncDispose]();
  await expect.poll(() => monitor.state).toBe('disconnected');
  const lost = /there is no connection to the NATS server/;
  await expect(publisher.publish(message, {})).rejects.toThrow(lost);
  await expect(publisher.request('a', new Uint8Array(), 60_000, {})).rejects.toThrow(lost);
  await using _second = await startNatsServer({ port: first.port });
  await expect.poll(() => monitor.state).toBe('connected');
  await publisher.publish(message, {});
  monitor.close();
  await connection.close();
});
