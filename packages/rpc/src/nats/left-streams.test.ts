import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { func, t } from '../builders.js';
import { call } from '../typed.js';
import { NatsPeers } from './testing/nats-peers.js';

const target = 'peer';
const instance = 'acme:test/left@1.0.0';

let peers: NatsPeers;

beforeEach(async () => {
  peers = await NatsPeers.start();
});
afterEach(() => peers[Symbol.asyncDispose]());

/** A stream that tells when its reader left. */
function watchedStream(): { readonly stream: AsyncIterable<Uint8Array>; readonly left: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const iterator: AsyncIterator<Uint8Array> = {
    next: async () => ({ done: true, value: undefined }),
    return: async () => {
      resolve();
      return { done: true, value: undefined };
    },
  };
  return { stream: { [Symbol.asyncIterator]: () => iterator }, left: promise };
}

describe('a stream that is never sent is left', () => {
  it('when it is a parameter and nobody takes the call', async () => {
    const up = func('up', [['bytes', t.stream(t.u8)]], t.u8);
    const { stream, left } = watchedStream();
    const failing = call(await peers.invoker(), { target, instance, func: up, params: [stream] });
    await expect(failing).rejects.toMatchObject({ code: 'not-found' });
    await left;
  });

  it('when it is the result and the caller gave up while the handler ran', async () => {
    const feed = func('feed', [], t.stream(t.u8));
    const { stream, left } = watchedStream();
    const entered = Promise.withResolvers<void>();
    const server = await peers.server();
    await server.serve({
      target,
      instance,
      func: feed,
      handler: async (_, { signal }) => {
        const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        entered.resolve();
        await aborted;
        return stream;
      },
    });
    const invoker = await peers.invoker();
    const controller = new AbortController();
    const { signal } = controller;
    const failing = call(invoker, { target, instance, func: feed, params: [], signal });
    failing.catch(() => {});
    await entered.promise;
    controller.abort(new Error('no longer wanted'));
    await expect(failing).rejects.toThrow('no longer wanted');
    await left;
  });
});
