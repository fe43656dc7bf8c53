import type { Msg, NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { func, t } from '../builders.js';
import type { ClientCallHost } from './client-call.js';
import type { NatsInvoker } from './index.js';
import { invocationSubject } from './subjects.js';
import { lattice, NatsPeers } from './testing/nats-peers.js';

const target = 'peer';
const instance = 'acme:test/unclaimed@1.0.0';
const make = func('make', [], t.list(t.u8));
const reason = new Error('the caller left');

let peers: NatsPeers;
let invoker: NatsInvoker;
/** The other side, by hand. */
let peer: NatsConnection;
let offered: PromiseWithResolvers<Msg>;
let toPeer: string[];
let onMessage: () => void;

beforeEach(async () => {
  peers = await NatsPeers.start();
  invoker = await peers.invoker();
  peer = await peers.connect();
  offered = Promise.withResolvers();
  toPeer = [];
  onMessage = () => {};
  peer.subscribe(invocationSubject(lattice, target, instance, make.name), {
    callback: (_, message) => offered.resolve(message),
  });
  peer.subscribe('peer-root.>', {
    callback: (_, { subject }) => {
      toPeer.push(subject);
      onMessage();
    },
  });
  await peer.flush();
});
afterEach(() => peers[Symbol.asyncDispose]());

function begin(): { leave(): Promise<void>; unclaimed: Promise<unknown> } {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const result = invoker.invoke({
    target,
    instance,
    func: make,
    params: [],
    signal: controller.signal,
    onUnclaimed: resolve,
  });
  result.catch(() => {});
  return {
    unclaimed: promise,
    leave: async () => {
      controller.abort(reason);
      await expect(result).rejects.toBe(reason);
    },
  };
}

/** Resolves once the peer has a message at that subject. */
async function arrived(subject: string): Promise<void> {
  while (!toPeer.includes(subject)) await new Promise<void>((resolve) => (onMessage = resolve));
}

function callsOf(): number {
  return (invoker as unknown as ClientCallHost).inbox.size;
}

describe('a call that was given up', () => {
  it('hands over what its peer had sent before it learned of that', async () => {
    const { leave, unclaimed } = begin();
    const { reply = '' } = await offered.promise;
    peer.publish(reply, undefined, { reply: 'peer-root' });
    await arrived('peer-root.params');
    await leave();
    await arrived('peer-root.cancel');
    peer.publish(`${reply}.results`, Buffer.from('020708', 'hex'));
    peer.publish(`${reply}.results`);
    expect(await unclaimed).toEqual(new Uint8Array([7, 8]));
    expect(callsOf()).toBe(0);
  });

  it('hands over what a peer sends that accepts it later', async () => {
    const { leave, unclaimed } = begin();
    const { reply = '' } = await offered.promise;
    await leave();
    peer.publish(reply, undefined, { reply: 'peer-root' });
    await arrived('peer-root.cancel');
    peer.publish(`${reply}.results`, Buffer.from('0107', 'hex'));
    expect(await unclaimed).toEqual(new Uint8Array([7]));
    expect(callsOf()).toBe(0);
  });

  it('is over once its peer says that there is no result', async () => {
    const { leave } = begin();
    const { reply = '' } = await offered.promise;
    peer.publish(reply, undefined, { reply: 'peer-root' });
    await arrived('peer-root.params');
    await leave();
    expect(callsOf()).toBe(1);
    peer.publish(`${reply}.results`);
    await expect.poll(callsOf).toBe(0);
  });
});
