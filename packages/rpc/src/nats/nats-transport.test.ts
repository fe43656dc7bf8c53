import type { QueuedIterator, Status } from 'nats';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { func, t } from '../builders.js';
import { call } from '../typed.js';
import { createNatsInvoker, createNatsServer, NatsTransport } from './index.js';
import { CutConnection } from './testing/cut-connection.js';
import { lattice, NatsPeers } from './testing/nats-peers.js';

const target = 'peer';
const instance = 'acme:test/transport@1.0.0';
const echo = func('echo', [['text', t.string]], t.string);

let peers: NatsPeers;
let line: CutConnection;

beforeEach(async () => {
  peers = await NatsPeers.start();
  line = await CutConnection.open(peers);
});
afterEach(async () => {
  await peers[Symbol.asyncDispose]();
  await line.link[Symbol.asyncDispose]();
});

describe('a transport', () => {
  it('is watched over and written to once, whoever shares it, and goes on when one of them is closed', async () => {
    const { connection } = line;
    const watching = vi.spyOn(connection, 'status');
    const transport = new NatsTransport(connection);
    const server = createNatsServer({ connection: transport, lattice });
    const invoker = createNatsInvoker({ connection: transport, lattice });
    const other = createNatsInvoker({ connection: transport, lattice });
    expect(watching).toHaveBeenCalledTimes(1);
    await server.serve({ target, instance, func: echo, handler: async ([text]) => text });
    await other.close();
    const mend = await line.cut();
    const answer = call(invoker, { target, instance, func: echo, params: ['x'] });
    await mend();
    expect(await answer).toBe('x');
    await invoker.close();
    await server.close();
  });

  it('of an invoker or a server alone watches the connection until that is closed, twice', async () => {
    const { connection } = line;
    const watching = vi.spyOn(connection, 'status');
    const invoker = createNatsInvoker({ connection, lattice });
    const server = createNatsServer({ connection, lattice });
    const stopping = watching.mock.results.map(({ value }) =>
      vi.spyOn(value as QueuedIterator<Status>, 'stop'),
    );
    expect(stopping.length).toBe(2);
    await Promise.all([invoker.close(), server.close(), invoker.close(), server.close()]);
    for (const stop of stopping) await expect.poll(() => stop.mock.calls.length).toBeGreaterThan(0);
  });

  it('that was closed without a connection sends what is left once it is back', async () => {
    const peer = await peers.connect();
    const heard = Promise.withResolvers<void>();
    peer.subscribe('last', { callback: () => heard.resolve() });
    await peer.flush();
    const transport = new NatsTransport(line.connection);
    const mend = await line.cut();
    transport.outbox.publishLast('last');
    transport.close();
    await mend();
    await heard.promise;
  });
});
