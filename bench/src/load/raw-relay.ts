import { createInbox, type NatsConnection } from 'nats';
import { chunkBytes, rawRelaySubject, streamBytes, unflushedBytes } from '../peers/peer-contract.js';

/** Publishes {@link streamBytes} to a peer of the role `raw-relay`; resolves once that of the role `raw-sink` has them all. */
export async function uploadRaw(connection: NatsConnection): Promise<void> {
  const reply = createInbox();
  const arrived = Promise.withResolvers<void>();
  const subscription = connection.subscribe(reply, {
    callback: (error) => (error ? arrived.reject(error) : arrived.resolve()),
  });
  const chunk = new Uint8Array(chunkBytes);
  for (let sent = 0; sent < streamBytes; sent += chunkBytes) {
    connection.publish(rawRelaySubject, chunk.subarray(0, streamBytes - sent), { reply });
    if ((sent + chunkBytes) % unflushedBytes === 0) await connection.flush();
  }
  await arrived.promise;
  subscription.unsubscribe();
}
