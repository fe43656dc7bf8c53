export { createMessagingProvider } from './messaging-provider.js';
