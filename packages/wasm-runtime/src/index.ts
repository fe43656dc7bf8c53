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
export { availableCores } from './pool/available-cores.js';
export {
  type CloseOptions,
  InstancePool,
  type InstancePoolOptions,
  type InvocationContext,
  PoolClosedError,
  type PoolStats,
  type RunOptions,
} from './pool/instance-pool.js';
export { ExecutionTimeError, InvocationOverError } from './pool/invocation.js';
export { TooManyWaitingError } from './pool/permits.js';
export {
  closePermitBudget,
  createPermitBudget,
  createPermitTally,
  holdsPermits,
  reclaimPermits,
  type SharedPermitsMemory,
  setPermitLimit,
} from './pool/shared-permits.js';
