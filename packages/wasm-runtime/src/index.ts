export {
  type BinaryKind,
  decodeComponent,
  detectBinary,
  InvalidComponentError,
} from './component/index.js';
export { createEngine, type EngineChoice, type EngineOptions } from './create-engine.js';
export {
  createDirectEngine,
  type DirectEngineOptions,
  type IdleLimits,
  UnsupportedComponentError,
} from './direct/index.js';
export { type CallHandles, type GuestHandles, InstanceHandles } from './dynamic/instance-handles.js';
export {
  type LatticeExport,
  type LatticeExports,
  planLatticeExports,
  type RefusedExport,
} from './dynamic/lattice-exports.js';
export { passesHandles } from './dynamic/passes-handles.js';
export { dropFunction } from './dynamic/remote-resource.js';
export { visitHandles } from './dynamic/visit-handles.js';
export type { WireForm } from './dynamic/wire-form.js';
export type {
  CompiledComponent,
  CompileOptions,
  ComponentInstance,
  ComponentTypes,
  Engine,
  HostImport,
  HostImports,
  InstantiateOptions,
  LoadOptions,
  PreparedComponent,
  PrepareOptions,
  SuspendingImports,
} from './engine.js';
export {
  CompileError,
  ComponentLimitError,
  ExitError,
  InstantiationError,
  MemoryLimitError,
  type TrapDetails,
  TrapError,
  type TrapKind,
  UnknownExportError,
} from './errors.js';
export {
  type BinaryKind,
  decodeComponent,
  detectBinary,
  InvalidComponentError,
} from './formats/component/index.js';
export { type InterfaceId, parseInterfaceId } from './interface-id.js';
export { isHostedBy, type Linkage, type LinkOptions, linkImports } from './linker/linker.js';
export { type MissingImport, MissingImportError } from './linker/missing-import-error.js';
export {
  type CloseOptions,
  InstancePool,
  type InstancePoolOptions,
  type InvocationContext,
  PoolClosedError,
  type PoolStats,
  type RunOptions,
} from './instance-pool.js';
export { type InterfaceId, parseInterfaceId } from './interface-id.js';
export { ExecutionTimeError, InvocationOverError } from './invocation.js';
export { createJcoEngine, type JcoEngineOptions } from './jco/index.js';
export { isHostedBy, type Linkage, type LinkOptions, linkImports } from './linker.js';
export { type MissingImport, MissingImportError } from './missing-import-error.js';
export { TooManyWaitingError } from './permits.js';
export { preparedTypes } from './prepared-types.js';
export {
  createPreparer,
  type PrepareRequest,
  type Preparer,
  PreparerClosedError,
  type PreparerOptions,
  PrepareThreadError,
} from './preparer/index.js';
export {
  closePermitBudget,
  createPermitBudget,
  createPermitTally,
  holdsPermits,
  reclaimPermits,
  type SharedPermitsMemory,
  setPermitLimit,
} from './shared-permits.js';
export { listSuspending } from './suspending-imports.js';
export { UnfitPreparedComponentError } from './unfit-prepared-component-error.js';
export { UnsupportedPlatformError } from './unsupported-platform-error.js';
export {
  CallerGoneError,
  type HandlerOutcome,
  type HttpExchange,
  HttpFailure,
  type HttpRequestHead,
  type HttpResponder,
  type HttpResponseHead,
  type IncomingHandlerCall,
  incomingHandlerExport,
  invokeIncomingHandler,
  WireExchange,
} from './wasi/http/index.js';
export { hostInterfaces, unavailableInterfaces } from './wasi/index.js';
export {
  type ByteSink,
  type ByteSource,
  ReadableSource,
  type Readiness,
  WritableSink,
} from './wasi/io/index.js';
export { invokeWatcher, type KeyvalueChange, watcherExport } from './wasi/keyvalue/watcher.js';
export { invokeMessageHandler, messageHandlerExport } from './wasmcloud/messaging/incoming-handler.js';
