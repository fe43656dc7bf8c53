export type { BlobStore, Chunks, NameRange, Names } from './blob-store.js';
export { type BlobstoreExportsOptions, blobstoreExports } from './blobstore-exports.js';
export {
  BlobstoreFailure,
  checkRange,
  nameOf,
  noContainer,
  noObject,
  quoted,
} from './blobstore-failure.js';
export { bytesInRange } from './bytes-in-range.js';
export { namesInRange } from './name-list.js';
export { sizedChunks } from './sized-chunks.js';
