import { createInbox, type NatsConnection } from 'nats';
import { rawDownloadSubject, streamBytes } from '../peers/peer-contract.js';

/** Has a peer of the role `raw` publish {@link streamBytes}; resolves once all are here. */
export async function downloadRaw(connection: NatsConnection): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const reply = createInbox();
  let received = 0;
  const subscription = connection.subscribe(reply, {
    callback: (error, { data }) => {
      if (error) reject(error);
      received += data.length;
      if (received >= streamBytes) resolve();
    },
  });
  connection.publish(rawDownloadSubject, String(streamBytes), { reply });
  await promise;
  subscription.unsubscribe();
}

/** MB/s of one transfer of {@link streamBytes}. */
export async function transferRate(transfer: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await transfer();
  return streamBytes / 1e6 / ((performance.now() - start) / 1000);
}
