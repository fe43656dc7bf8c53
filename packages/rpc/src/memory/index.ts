export { createMemoryInvoker, type MemoryInvokerOptions } from './memory-invoker.js';
export { MemoryLattice } from './memory-lattice.js';
export { createMemoryServer, type MemoryServerOptions } from './memory-server.js';
