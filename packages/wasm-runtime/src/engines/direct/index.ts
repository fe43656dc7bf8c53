export { createDirectEngine, type DirectEngineOptions } from './direct-engine.js';
export type { IdleLimits } from './idle-instances.js';
export { UnsupportedComponentError } from './unsupported-component-error.js';
