export { createHttpClientProvider } from './http-client-provider.js';
