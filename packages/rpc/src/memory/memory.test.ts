import { rpcCompliance } from '../compliance/index.js';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from './index.js';

rpcCompliance('memory', async () => {
  const lattice = new MemoryLattice();
  return {
    invoker: createMemoryInvoker({ lattice }),
    createServer: () => createMemoryServer({ lattice, drainTimeoutMs: 200 }),
    close: async () => {},
  };
});
