export { createPostgresProvider } from './postgres-provider.js';
