import { createInbox, type NatsConnection } from 'nats';
import { rawDownloadSubject, streamBytes } from '../peers/peer-contract.js';

/** Has a peer of the role `raw` publish so many bytes; resolves once all are here. */
export async function downloadRaw(connection: NatsConnection, bytes: number = streamBytes): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const reply = createInbox();
  let received = 0;
  const subscription = connection.subscribe(reply, {
    callback: (error, { data }) => {
      if (error) reject(error);
      received += data.length;
      if (received >= bytes) resolve();
    },
  });
  connection.publish(rawDownloadSubject, String(bytes), { reply });
  await promise;
  subscription.unsubscribe();
}

/** MB/s of one transfer of so many bytes. */
export async function transferRate(
  transfer: () => Promise<void>,
  bytes: number = streamBytes,
): Promise<number> {
  const start = performance.now();
  await transfer();
  return bytes / 1e6 / ((performance.now() - start) / 1000);
}
