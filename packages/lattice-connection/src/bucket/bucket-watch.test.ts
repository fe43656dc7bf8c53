import { noopLogger } from '@wasmlattice/telemetry';
import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type KV, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BucketChange, type WatchedBucket, watchBucket } from './bucket-watch.js';

let server: TestNatsServer;
let connection: NatsConnection;
let buckets = 0;

beforeAll(async () => {
  server = await startNatsServer();
  connection = await connect({ servers: server.url });
});
afterAll(async () => {
  await connection?.close();
  await server?.[Symbol.asyncDispose]();
});

/** A bucket whose watches can be broken off, as the client does when JetStream does not answer it. */
async function breakable(): Promise<{
  bucket: KV;
  watched: WatchedBucket;
  breakOff: (error: Error) => void;
}> {
  buckets += 1;
  const bucket = await connection.jetstream().views.kv(`bucket-${buckets}`);
  const running: { stop(error?: Error): void }[] = [];
  return {
    bucket,
    watched: {
      status: () => bucket.status(),
      async watch(options) {
        const entries = await bucket.watch(options);
        running.push(entries as typeof entries & { stop(error?: Error): void });
        return entries;
      },
    },
    breakOff: (error) => running.at(-1)?.stop(error),
  };
}

describe('a watch that breaks off', () => {
  it('goes on with all that was put and deleted meanwhile', async () => {
    const { bucket, watched, breakOff } = await breakable();
    await bucket.put('stays', '1');
    await bucket.put('goes', '1');
    const seen: [string, boolean][] = [];
    const last = Promise.withResolvers<void>();
    const watch = await watchBucket(watched, {
      onChange({ key, value }: BucketChange) {
        seen.push([key, value !== undefined]);
        if (key === 'last') last.resolve();
      },
      onEnd: (cause) => last.reject(cause),
      logger: noopLogger,
      retryMs: 1,
    });
    breakOff(new Error('unable to recreate ordered consumer'));
    await bucket.delete('goes');
    await bucket.put('last', '1');
    await last.promise;
    expect(new Map(seen)).toEqual(
      new Map([
        ['stays', true],
        ['goes', false],
        ['last', true],
      ]),
    );
    watch.close();
  });

  it.each([false, true])('ends when its bucket is gone; made again: %s', async (isMadeAgain) => {
    const { bucket, watched, breakOff } = await breakable();
    const ended = Promise.withResolvers<unknown>();
    await watchBucket(watched, { onChange: () => {}, onEnd: ended.resolve, logger: noopLogger, retryMs: 1 });
    const { bucket: name } = await bucket.status();
    await bucket.destroy();
    if (isMadeAgain) await connection.jetstream().views.kv(name);
    const cause = new Error('unable to recreate ordered consumer');
    breakOff(cause);
    expect(await ended.promise).toBe(cause);
  });
});
