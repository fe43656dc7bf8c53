export type { InspectedInterface } from '../inspection/describe-world.js';
export {
  type ComponentInspection,
  type InspectedFeature,
  type InspectedReport,
  type InspectOptions,
  inspectComponent,
} from '../inspection/inspect-component.js';
export {
  type ComponentTypesReader,
  createComponentTypesReader,
  readComponentTypes,
} from '../inspection/read-component-types.js';
export {
  createPreparer,
  type PrepareRequest,
  type Preparer,
  PreparerClosedError,
  type PreparerOptions,
  PrepareThreadError,
  prepareForHost,
} from '../preparer/index.js';
export { fromThreadFailure, type ThreadFailure, toThreadFailure } from '../preparer/thread-failure.js';
export { createValidation, type Validation } from '../validation/index.js';
export { type CodeLimits, codeLimits } from './component-limits.js';
export { createEngine, type EngineChoice, type EngineOptions } from './create-engine.js';
export {
  chooseMemoryWay,
  createDirectEngine,
  type DirectEngineOptions,
  type IdleLimits,
  type MemoryWay,
  type MemoryWayChoice,
  type MemoryWayWish,
  UnsupportedComponentError,
} from './direct/index.js';
export type {
  CompiledComponent,
  CompileOptions,
  ComponentInstance,
  ComponentTypes,
  Engine,
  GuestClock,
  HostClass,
  HostFunction,
  HostImport,
  HostImports,
  InstantiateOptions,
  LoadOptions,
  PreparedComponent,
  PrepareOptions,
  SuspendingImports,
} from './engine.js';
export { createJcoEngine, type JcoEngineOptions } from './jco/index.js';
export type { Preemption } from './preemption.js';
export { preparedTypes } from './prepared-types.js';
export { listSuspending } from './suspending-imports.js';
export { UnfitPreparedComponentError } from './unfit-prepared-component-error.js';
export { UnsupportedPlatformError } from './unsupported-platform-error.js';
