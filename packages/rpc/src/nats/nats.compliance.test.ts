import { connect } from 'nats';
import { afterAll, beforeAll } from 'vitest';
import { rpcCompliance } from '../compliance/index.js';
import { createNatsInvoker, createNatsServer } from './index.js';
import { type NatsProcess, startNats } from './nats-process.test.util.js';

let nats: NatsProcess;

beforeAll(async () => {
  nats = await startNats();
});

afterAll(async () => {
  await nats.stop();
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
