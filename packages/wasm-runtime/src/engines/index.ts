export { createEngine, type EngineChoice, type EngineOptions } from './create-engine.js';
export {
  createDirectEngine,
  type DirectEngineOptions,
  type IdleLimits,
  UnsupportedComponentError,
} from './direct/index.js';
export type {
  CompiledComponent,
  CompileOptions,
  ComponentInstance,
  ComponentTypes,
  Engine,
  HostImport,
  HostImports,
  InstantiateOptions,
} from './engine.js';
export { createJcoEngine, type JcoEngineOptions } from './jco/index.js';
export { UnsupportedPlatformError } from './unsupported-platform-error.js';
