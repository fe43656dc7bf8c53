export { createBlobstoreProvider } from './blobstore-provider.js';
