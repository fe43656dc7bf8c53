import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { afterAll, beforeAll } from 'vitest';
import { rpcCompliance } from '../compliance/index.js';
import { createNatsInvoker, createNatsServer } from './index.js';

let nats: TestNatsServer;

beforeAll(async () => {
  nats = await startNatsServer();
});

afterAll(async () => {
  await nats[Symbol.asyncDispose]();
});

rpcCompliance('nats', async () => {
  const lattice = 'default';
  const connections = [await connect({ servers: nats.url })];
  const [caller] = connections as [(typeof connections)[number]];
  return {
    invoker: createNatsInvoker({ connection: caller, lattice }),
    createServer: async () => {
      const connection = await connect({ servers: nats.url });
      connections.push(connection);
      return createNatsServer({ connection, lattice, drainTimeoutMs: 200 });
    },
    close: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
});
