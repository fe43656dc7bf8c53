export { defaultGuestLimits, GuestLimits } from './guest-limits.js';
export { type LimitConflict, limitConflicts } from './limit-conflicts.js';
export { type ExceededLimit, exceededLimit, LimitExceededError } from './limit-exceeded-error.js';
export { limitStacks } from './limit-stacks.js';
export {
  type AnyLimitName,
  defaultLimits,
  describeLimit,
  type FixedLimitName,
  type FixedLimitRow,
  fixedLimitNames,
  fixedLimitTable,
  hostLimitAdvice,
  type LimitName,
  type LimitRow,
  type Limits,
  limitAdvice,
  limitKeyPrefix,
  limitNames,
  limitTable,
} from './limit-table.js';
export { LogGate, type LogGateOptions } from './log-gate.js';
