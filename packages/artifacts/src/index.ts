export { ArchiveError, type ArchiveErrorCode } from './archive/archive-error.js';
export { type ArchiveLimits, defaultArchiveLimits } from './archive/archive-limits.js';
export { providerTarget } from './archive/provider-targets.js';
export {
  isProviderArchive,
  type ProviderArchive,
  readArchiveToken,
  readProviderArchive,
} from './archive/read-archive.js';
export { type UnpackedProvider, type UnpackOptions, unpackProvider } from './archive/unpack-provider.js';
export { type ArchiveContent, type WrittenArchive, writeProviderArchive } from './archive/write-archive.js';
export {
  formatOciReference,
  type OciReference,
  OciReferenceError,
  parseOciReference,
} from './registry/oci-reference.js';
