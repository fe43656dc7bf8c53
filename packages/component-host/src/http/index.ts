/** HTTP without components: for those who answer requests, or send them, over the lattice alone. */
export { type ClientProvider, serveClientProvider } from './client-provider.js';
export { LatticeListeners, type LatticeListenersOptions } from './lattice-listeners.js';
