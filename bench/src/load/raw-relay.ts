import { createInbox, type NatsConnection } from 'nats';
import {
  chunkBytes,
  rawRelaySubject,
  rawSinkSubject,
  streamBytes,
  unflushedBytes,
} from '../peers/peer-contract.js';

/** Publishes {@link streamBytes} to a peer of the role `raw-relay`; resolves once that of the role `raw-sink` has them all. */
export function relayRaw(connection: NatsConnection): Promise<void> {
  return publishRaw(connection, rawRelaySubject, streamBytes);
}

/** Publishes as many bytes, a multiple of {@link streamBytes}, to a peer of the role `raw-sink`; resolves once it has them all. */
export function uploadRaw(connection: NatsConnection, bytes: number): Promise<void> {
  return publishRaw(connection, rawSinkSubject, bytes);
}

async function publishRaw(connection: NatsConnection, subject: string, bytes: number): Promise<void> {
  const reply = createInbox();
  const arrived = Promise.withResolvers<void>();
  let counted = 0;
  const subscription = connection.subscribe(reply, {
    callback: (error) => {
      counted += streamBytes;
      if (error) arrived.reject(error);
      else if (counted >= bytes) arrived.resolve();
    },
  });
  const chunk = new Uint8Array(chunkBytes);
  for (let sent = 0; sent < bytes; sent += chunkBytes) {
    connection.publish(subject, chunk.subarray(0, bytes - sent), { reply });
    if ((sent + chunkBytes) % unflushedBytes === 0) await connection.flush();
  }
  await arrived.promise;
  subscription.unsubscribe();
}
