export { createHttpServerProvider } from './http-server-provider.js';
