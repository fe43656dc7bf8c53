import { afterEach, beforeEach, expect, it } from 'vitest';
import { func, t } from '../builders.js';
import { call } from '../typed.js';
import { NatsPeers } from './testing/nats-peers.js';

const address = { target: 'peer', instance: 'acme:test/streams@1.0.0' };
const measure = func('measure', [['data', t.stream(t.u8)]], t.u64);

let peers: NatsPeers;

beforeEach(async () => {
  peers = await NatsPeers.start();
});
afterEach(() => peers[Symbol.asyncDispose]());

/** Sizes of the messages that took a stream of such chunks to its reader, in bytes. */
async function messagesOf(chunkBytes: number, chunks: number): Promise<readonly number[]> {
  const watcher = await peers.connect();
  const sizes: number[] = [];
  const ended = Promise.withResolvers<void>();
  watcher.subscribe('_INBOX.>', {
    callback: (_error, { subject, data }) => {
      if (!subject.endsWith('.params.0') || subject.includes('.ack.')) return;
      if (data.length === 0) ended.resolve();
      else sizes.push(data.length);
    },
  });
  await watcher.flush();
  const server = await peers.server();
  await server.serve({
    ...address,
    func: measure,
    handler: async ([data]) => {
      let size = 0;
      for await (const chunk of data as AsyncIterable<Uint8Array>) size += chunk.length;
      return BigInt(size);
    },
  });
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let sent = 0; sent < chunks; sent++) yield new Uint8Array(chunkBytes);
  }
  const invoker = await peers.invoker();
  const size = await call(invoker, { ...address, func: measure, params: [source()] });
  expect(size).toBe(BigInt(chunkBytes * chunks));
  await ended.promise;
  return sizes;
}

it.each([
  [16 * 1024, 1],
  [64 * 1024, 4],
])('a chunk of %d bytes takes %d message(s), none for the length before it alone', async (bytes, each) => {
  const sizes = await messagesOf(bytes, 8);
  const endOfStream = 1;
  expect(sizes.at(-1)).toBe(endOfStream);
  expect(sizes).toHaveLength(8 * each + 1);
});
