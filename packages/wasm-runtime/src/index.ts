export { abortSignalOf, Ending, type EndSignal } from './ending.js';
export {
  BlockedThreadError,
  CompileError,
  ComponentLimitError,
  describeExport,
  ExitError,
  type GuestEnd,
  IncompleteResponseError,
  InstantiationError,
  isGuestFault,
  MemoryLimitError,
  type TrapDetails,
  TrapError,
  type TrapKind,
  UnknownExportError,
} from './errors.js';
export {
  type BinaryKind,
  childTypes,
  decodeComponent,
  decodeNamedTypes,
  detectBinary,
  InvalidComponentError,
  type NamedComponentTypes,
  type NamedType,
} from './formats/component/index.js';
export { type InterfaceId, parseInterfaceId } from './interface-id.js';
export {
  type AnyLimitName,
  defaultLimits,
  describeLimit,
  type ExceededLimit,
  exceededLimit,
  GuestLimits,
  hostLimitAdvice,
  type LimitConflict,
  LimitExceededError,
  type LimitName,
  type LimitRow,
  type Limits,
  LogGate,
  type LogGateOptions,
  limitAdvice,
  limitConflicts,
  limitKeyPrefix,
  limitNames,
  limitStacks,
  limitTable,
} from './limits/index.js';
export { isHostedBy, type Linkage, type LinkOptions, linkImports } from './linker/linker.js';
export { type MissingImport, MissingImportError } from './linker/missing-import-error.js';
export { availableCores } from './pool/available-cores.js';
export { CellAllocator, type CellBlock } from './pool/cell-memory.js';
export {
  type ComponentCells,
  type ComponentCellsOptions,
  type ComponentUse,
  createComponentCells,
  defaultMaxWaiting,
  isFirstUnfinishedBody,
  keptWriter,
  lastStartWriter,
  oldestStartWriter,
  readComponentUse,
  readLastStart,
  readOldestStart,
  reclaimThread,
  setPermitLimit,
  type ThreadCells,
} from './pool/component-cells.js';
export {
  createFigureWriter,
  durationBoundsMs,
  type FigureWriter,
  type InvocationFigures,
  noFigures,
  readFigures,
} from './pool/component-figures.js';
export { type FairShare, FairTurns, type FairTurnsOptions } from './pool/fair-turns.js';
export { GuestClock, type ThreadClock } from './pool/guest-clock.js';
export { GuestSlices, type GuestSlicesOptions } from './pool/guest-slices.js';
export { GuestAccount, GuestTime, type GuestTimeOptions, type ThreadUsage } from './pool/guest-time.js';
export {
  type CloseOptions,
  InstancePool,
  type InstancePoolOptions,
  PoolClosedError,
  type PoolStats,
  type RunOptions,
} from './pool/instance-pool.js';
export { ExecutionTimeError, InvocationOverError } from './pool/invocation.js';
export type { InvocationContext } from './pool/invocation-context.js';
export { type Linked, LinkedList } from './pool/linked-list.js';
export { monotonicMs } from './pool/monotonic-clock.js';
export { type BudgetName, OverloadedError, type ProcessBudgetName } from './pool/overloaded-error.js';
export {
  type BudgetUse,
  beginFurtherThread,
  budgetMetrics,
  createProcessBudgets,
  isMemoryShort,
  type ProcessBudgets,
  type ProcessBudgetsOptions,
  readProcessBudgets,
  reclaimThreadBudgets,
  type ThreadOfBudgets,
} from './pool/process-budgets.js';
export {
  type ProcessCeilings,
  type ReadCeilingsOptions,
  readProcessCeilings,
} from './pool/process-ceilings.js';
export {
  type ProcessSampler,
  type ProcessSamplerOptions,
  startProcessSampler,
} from './pool/process-sampler.js';
export {
  type MemoryBudget,
  type StackBudget,
  ThreadBudgets,
  type ThreadBudgetsOptions,
} from './pool/thread-budgets.js';
export { type MapPositions, positionMapper } from './traps/source-positions.js';
