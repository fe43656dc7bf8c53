import { createInbox, type Msg, type MsgHdrs } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { func, t } from '../builders.js';
import type { Invoker } from '../invoke.js';
import { call } from '../typed.js';
import { invocationSubject, type NatsServerOptions, type Refusal } from './index.js';
import { lattice, NatsPeers } from './testing/nats-peers.js';

const target = 'peer';
const instance = 'acme:test/hostile@1.0.0';
const echo = func('echo', [['text', t.string]], t.string);
const subject = invocationSubject(lattice, target, instance, 'echo');
const hi = Uint8Array.of(2, 0x68, 0x69);

/** The NATS client would not send these itself. */
const malformed = { encode: () => Buffer.from('NATS/1.0\r\nbad key: x\r\n\r\n') } as unknown as MsgHdrs;

let peers: NatsPeers;

beforeEach(async () => {
  peers = await NatsPeers.start();
});
afterEach(() => peers[Symbol.asyncDispose]());

function callEcho(invoker: Invoker): Promise<string> {
  return call(invoker, { target, instance, func: echo, params: ['x'] });
}

describe('headers that are none', () => {
  it('end the call that they came with, and no other', async () => {
    const refusals: Refusal[] = [];
    const server = await peers.server({ onRefusal: (refusal) => refusals.push(refusal) });
    await server.serve({ target, instance, func: echo, handler: async ([text]) => text });
    const hostile = await peers.connect();
    const reply = createInbox();
    const ended = Promise.withResolvers<Msg>();
    hostile.subscribe(`${reply}.results`, { callback: (_, message) => ended.resolve(message) });
    hostile.publish(subject, hi, { reply, headers: malformed });
    expect((await ended.promise).headers?.get('wasmlattice-error-code')).toBe('bad-data');
    expect(refusals).toMatchObject([{ kind: 'bad-params', peer: '<unknown>' }]);
    expect(await callEcho(await peers.invoker())).toBe('x');
  });

  it('of who accepts a call end that call, and no other', async () => {
    const invoker = await peers.invoker();
    const server = await peers.server();
    await server.serve({ target, instance, func: echo, handler: async ([text]) => text });
    const hostile = await peers.connect();
    hostile.subscribe(invocationSubject(lattice, 'hostile', instance, 'echo'), {
      callback: (_, { reply = '' }) => hostile.publish(reply, undefined, { headers: malformed }),
    });
    await hostile.flush();
    const failing = call(invoker, { target: 'hostile', instance, func: echo, params: ['x'] });
    await expect(failing).rejects.toMatchObject({ code: 'bad-data' });
    expect(await callEcho(invoker)).toBe('x');
  });

  it('of a member that a call was handed on to end nothing', async () => {
    const server = await peers.server();
    await server.serve({
      target,
      instance,
      func: echo,
      handler: async ([text]) => text,
      forward: ({ params }) => (params[1] === 0x68 ? { target: 'hostile', isOptional: false } : undefined),
    });
    const hostile = await peers.connect();
    const probed = Promise.withResolvers<void>();
    hostile.subscribe(invocationSubject(lattice, 'hostile', instance, 'echo'), {
      callback: (_, { data, reply = '' }) => {
        if (data.length > 0) return;
        hostile.publish(reply, undefined, { headers: malformed });
        probed.resolve();
      },
    });
    await hostile.flush();
    hostile.publish(subject, hi, { reply: createInbox() });
    await probed.promise;
    await hostile.flush();
    expect(await callEcho(await peers.invoker())).toBe('x');
  });
});

describe('a subject to answer at', () => {
  // What a peer may send in one line of 4,096 bytes may be too long for the line of who answers, and NATS ends connections for that.
  it.each([
    ['that is as long as NATS takes it', 'r'.repeat(4_080 - subject.length)],
    ["that is one of NATS's own", '$JS.API.STREAM.DELETE.KV_LATTICEDATA_default'],
    ['that is a command to a host', 'wasmbus.ctl.v1.default.host.stop.NHOST'],
  ])('%s is not used by a server', async (_, reply) => {
    const refused = Promise.withResolvers<Refusal>();
    const onRefusal: NatsServerOptions['onRefusal'] = refused.resolve;
    const connection = await peers.connect();
    const server = await peers.server({ connection, onRefusal });
    await server.serve({
      target,
      instance,
      func: echo,
      handler: async ([text]) => text,
      forward: () => ({ target: 'peer.owner-0123456789abcdef', isOptional: false }),
    });
    const hostile = await peers.connect();
    hostile.publish(subject, hi, { reply });
    expect((await refused.promise).kind).toBe('no-reply-subject');
    expect(connection.stats().outMsgs).toBe(0);
  });

  it.each([
    ['that is as long as NATS takes it', 'r'.repeat(4_000)],
    ["that is one of NATS's own", '$JS.API.STREAM.DELETE'],
  ])('%s is not used by an invoker', async (_, reply) => {
    const invoker = await peers.invoker();
    const hostile = await peers.connect();
    hostile.subscribe(subject, {
      callback: (_, { reply: root = '' }) => hostile.publish(root, undefined, { reply }),
    });
    await hostile.flush();
    await expect(callEcho(invoker)).rejects.toMatchObject({ code: 'bad-data' });
  });
});
