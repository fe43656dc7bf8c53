export { type ArchiveSource, isGzip } from './archive/archive-entries.js';
export { ArchiveError, type ArchiveErrorCode } from './archive/archive-error.js';
export { type ArchiveLimits, defaultArchiveLimits } from './archive/archive-limits.js';
export { providerMachine, providerTarget } from './archive/provider-targets.js';
export {
  isProviderArchive,
  type ProviderArchive,
  readArchiveToken,
  readProviderArchive,
} from './archive/read-archive.js';
export {
  isUnpacked,
  type UnpackedProvider,
  type UnpackOptions,
  unpackProvider,
} from './archive/unpack-provider.js';
export { type ArchiveContent, type WrittenArchive, writeProviderArchive } from './archive/write-archive.js';
export {
  ArtifactCache,
  ArtifactCacheError,
  type ArtifactCacheOptions,
  type CachedTag,
  defaultCacheBytes,
} from './cache/artifact-cache.js';
export { ArtifactPuller, type ArtifactPullerOptions, type PullOptions } from './pull/artifact-puller.js';
export type { PulledArtifact, PullProgress } from './pull/pulled-artifact.js';
export {
  type ArtifactLayout,
  type ComponentLayoutOptions,
  componentLayout,
  providerLayout,
} from './push/layouts.js';
export { type PushedArtifact, type PushOptions, pushArtifact } from './push/push-artifact.js';
export { firstLogin, type LoginSource, LoginTable, type RegistryLogin } from './registry/credentials.js';
export { type DockerConfigOptions, dockerConfigLogins } from './registry/docker-config.js';
export {
  createHttpTransport,
  type HttpTransport,
  type HttpTransportOptions,
} from './registry/http-transport.js';
export type { ArtifactKind } from './registry/media-types.js';
export {
  formatOciReference,
  type OciReference,
  OciReferenceError,
  parseOciReference,
} from './registry/oci-reference.js';
export { RegistryDirectory, type RegistryDirectoryOptions } from './registry/registry-directory.js';
export {
  isRegistryError,
  type RegistryAnswer,
  RegistryError,
  type RegistryErrorCode,
} from './registry/registry-error.js';
