export { createDirectEngine, type DirectEngineOptions } from './direct-engine.js';
export type { IdleLimits } from './idle-instances.js';
export { chooseMemoryWay, type MemoryWay, type MemoryWayChoice, type MemoryWayWish } from './memory/index.js';
export { UnsupportedComponentError } from './unsupported-component-error.js';
