export {
  type ChooseMemoryWayOptions,
  chooseMemoryWay,
  createMemoryImages,
  type MemoryWayChoice,
  type MemoryWayWish,
} from './choose-memory-way.js';
export { CopiedImages } from './copied-images.js';
export type {
  MemoryImage,
  MemoryImages,
  MemoryWay,
  ResettableMemory,
  SharedImage,
  SharedMappedImage,
} from './memory-images.js';
export { type ThreadMemoryImages, threadMemoryImages } from './thread-memory-images.js';
