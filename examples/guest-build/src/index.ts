export { bundleGuest } from './bundle.js';
export { cacheRoot } from './cache-root.js';
export {
  type ComponentSource,
  componentizeWithStarlingMonkey,
  type EngineFeature,
  toolVersions,
} from './componentize.js';
export { contentKey, writeFileAtomically } from './content-cache.js';
export { GuestBuildError } from './errors.js';
