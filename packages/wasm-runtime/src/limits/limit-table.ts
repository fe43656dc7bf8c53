import {
  defaultValidationLimits,
  timeMsForEachMegabyte,
  type ValidationLimits,
} from '@wasmlattice/component-validator';

/** What a component may only take so much of, and the host or the component says how much. */
export type LimitName =
  | 'memory'
  | 'execution-time'
  | 'stack'
  | 'core-instances'
  | 'tables'
  | 'table-elements'
  | 'handles'
  | 'host-call-bytes'
  | 'host-call-elements'
  | 'random-bytes'
  | 'header-lines'
  | 'header-bytes'
  | 'log-rate'
  | 'component-size';

/** Limits that are the same everywhere. */
export type FixedLimitName =
  | 'blocked-time'
  | 'component-nesting'
  | 'component-parts'
  | 'component-types'
  | 'component-instances'
  | 'component-imports'
  | 'component-exports'
  | 'component-name-bytes'
  | 'validation-time'
  | 'validation-memory';

export type AnyLimitName = LimitName | FixedLimitName;

/** One value for each limit, in its unit. */
export type Limits = Readonly<Record<LimitName, number>>;

export interface LimitRow {
  /** As the end of a sentence with the value before it: `65536 bytes`. */
  readonly unit: 'bytes' | 'ms' | 'each' | 'a second';
  /** Holds unless the host, or the component, has another value. */
  readonly fallback: number;
  /** Bounds of the value, both included. */
  readonly least: number;
  readonly most: number;
  /** Of the host, without dashes. */
  readonly flag: string;
  /** Read when the flag is absent. */
  readonly variable: string;
  /** `host`: one value for all; `component`: the host's is for those that have none of their own. */
  readonly scope: 'host' | 'component';
  /** A component's own value may not be above the host's. */
  readonly isBoundByHost?: true;
  /** The key of `component_limits` in a scale command that sets it, too (docs/spec/control-interface.md#4.2). */
  readonly command?: 'max_memory_limit' | 'max_execution_time';
  /** What is limited, without a full stop; the help of the flag. */
  readonly help: string;
  /** What becomes of whoever asks for more. */
  readonly beyond: string;
  /** Where it is enforced: files of the repository. */
  readonly enforcedIn: readonly string[];
}

/** A limit that nobody sets. */
export interface FixedLimitRow extends Pick<LimitRow, 'unit' | 'help' | 'beyond' | 'enforcedIn'> {
  readonly value: number;
  /** What helps, since no setting does: the end of a sentence. */
  readonly advice: string;
}

const runtime = 'packages/wasm-runtime/src';
const validator = 'packages/component-validator';

/**
 * All limits of components: the one list from which flags, variables, config keys, their checks and the tables of the documentation
 * come.
 */
export const limitTable: Readonly<Record<LimitName, LimitRow>> = {
  memory: {
    unit: 'bytes',
    fallback: 268_435_456,
    least: 65_536,
    most: 4_294_967_296,
    flag: 'max-linear-memory-bytes',
    variable: 'WASMCLOUD_MAX_LINEAR_MEMORY',
    scope: 'component',
    command: 'max_memory_limit',
    help: 'Most memory of each linear memory of an instance',
    beyond: 'is refused when it starts; `memory.grow` gives -1, and a guest that then traps has exceeded it',
    enforcedIn: [
      `${runtime}/formats/core-module/limit-module.ts`,
      `${runtime}/engines/direct/explain-trap.ts`,
    ],
  },
  'execution-time': {
    unit: 'ms',
    fallback: 600_000,
    least: 1,
    // Longer waits overflow the timers of Node.js, which then fire at once.
    most: 2_147_483_647,
    flag: 'max-execution-time-ms',
    variable: 'WASMCLOUD_MAX_EXECUTION_TIME_MS',
    scope: 'component',
    isBoundByHost: true,
    command: 'max_execution_time',
    help: 'Longest time one invocation may take',
    beyond: 'is ended, whether it waits or computes',
    enforcedIn: [
      `${runtime}/pool/invocation.ts`,
      'packages/component-host/src/kept-instances/kept-instance.ts',
      'packages/component-host/src/serving-threads/watchdog.ts',
    ],
  },
  stack: {
    unit: 'bytes',
    fallback: 1_007_616,
    least: 65_536,
    // V8 takes no larger one (measured on Node.js 26.10).
    most: 1_007_616,
    flag: 'max-stack-bytes',
    variable: 'WASMLATTICE_MAX_STACK',
    scope: 'host',
    help: 'Stack of a guest, which is that of V8 beside the one in its linear memory',
    beyond: 'traps',
    enforcedIn: [`${runtime}/limits/limit-stacks.ts`, `${runtime}/engines/direct/explain-trap.ts`],
  },
  'core-instances': {
    unit: 'each',
    fallback: 30,
    least: 1,
    most: 10_000,
    flag: 'max-core-instances-per-component',
    variable: 'WASMCLOUD_MAX_CORE_INSTANCES_PER_COMPONENT',
    scope: 'component',
    help: 'Most core module instances, linear memories, and components, inside one component instance',
    beyond: 'is refused when it starts',
    enforcedIn: [`${runtime}/engines/component-limits.ts`],
  },
  tables: {
    unit: 'each',
    fallback: 20,
    least: 1,
    most: 10_000,
    flag: 'max-tables-per-component',
    variable: 'WASMLATTICE_MAX_TABLES',
    scope: 'component',
    help: 'Most tables inside one component instance',
    beyond: 'is refused when it starts',
    enforcedIn: [`${runtime}/engines/component-limits.ts`],
  },
  'table-elements': {
    unit: 'each',
    fallback: 15_000,
    least: 1,
    most: 1_000_000,
    flag: 'max-table-elements',
    variable: 'WASMLATTICE_MAX_TABLE_ELEMENTS',
    scope: 'component',
    help: 'Most elements of each table of an instance',
    beyond: 'is refused when it starts; `table.grow` gives -1, and a guest that then traps has exceeded it',
    enforcedIn: [
      `${runtime}/formats/core-module/limit-module.ts`,
      `${runtime}/engines/direct/explain-trap.ts`,
    ],
  },
  handles: {
    unit: 'each',
    // JavaScript guests of StarlingMonkey keep a pollable for each 8 KiB that they read, until they end: 2 GiB of body.
    fallback: 262_144,
    least: 16,
    most: 1_048_576,
    flag: 'max-handles',
    variable: 'WASMLATTICE_MAX_HANDLES',
    scope: 'component',
    help: 'Most resources that a guest may hold at a time, each an object of the host',
    beyond: 'traps',
    enforcedIn: [`${runtime}/engines/direct/abi/handle-table.ts`],
  },
  'host-call-bytes': {
    unit: 'bytes',
    fallback: 134_217_728,
    least: 65_536,
    // MAX_STRING_BYTE_LENGTH and MAX_LIST_BYTE_LENGTH of the canonical ABI.
    most: 268_435_455,
    flag: 'max-host-call-bytes',
    variable: 'WASMLATTICE_MAX_HOST_CALL_BYTES',
    scope: 'component',
    help: 'Most bytes that a guest passes to the host in one call, or one of its parts to another, or returns',
    beyond: 'traps',
    enforcedIn: [`${runtime}/engines/direct/abi/lift-lower-context.ts`],
  },
  'host-call-elements': {
    unit: 'each',
    fallback: 1_048_576,
    least: 1_024,
    most: 4_194_304,
    flag: 'max-host-call-elements',
    variable: 'WASMLATTICE_MAX_HOST_CALL_ELEMENTS',
    scope: 'component',
    help: 'Most elements of lists, but those of numbers, that a guest passes to the host in one call, each an object there, or to another part',
    beyond: 'traps',
    enforcedIn: [`${runtime}/engines/direct/abi/lift-lower-context.ts`],
  },
  'random-bytes': {
    unit: 'bytes',
    fallback: 16_777_216,
    least: 1_024,
    most: 268_435_455,
    flag: 'max-random-bytes',
    variable: 'WASMLATTICE_MAX_RANDOM_BYTES',
    scope: 'component',
    help: 'Most random bytes of one call',
    beyond: 'traps',
    enforcedIn: [`${runtime}/host-functions/wasi/random/index.ts`],
  },
  'header-lines': {
    unit: 'each',
    fallback: 2_000,
    least: 16,
    most: 65_536,
    flag: 'max-http-header-lines',
    variable: 'WASMLATTICE_MAX_HTTP_HEADER_LINES',
    scope: 'component',
    help: 'Most lines of the headers or trailers that a guest makes',
    beyond: 'traps',
    enforcedIn: [`${runtime}/host-functions/wasi/http/field-store.ts`],
  },
  'header-bytes': {
    unit: 'bytes',
    fallback: 131_072,
    least: 1_024,
    most: 16_777_216,
    flag: 'max-http-header-bytes',
    variable: 'WASMLATTICE_MAX_HTTP_HEADER_BYTES',
    scope: 'component',
    help: 'Most bytes of the headers or trailers that a guest makes, names and values together',
    beyond: 'traps',
    enforcedIn: [`${runtime}/host-functions/wasi/http/field-store.ts`],
  },
  'log-rate': {
    unit: 'a second',
    fallback: 5_000,
    least: 1,
    most: 1_000_000,
    flag: 'max-log-records-per-second',
    variable: 'WASMLATTICE_MAX_LOG_RATE',
    scope: 'component',
    help: 'Most log records of a component in each serving thread, of at most 16 KiB each',
    beyond: 'goes on; its records are dropped, and a record says how many',
    enforcedIn: [`${runtime}/limits/log-gate.ts`, 'packages/component-host/src/component-runtime.ts'],
  },
  'component-size': {
    unit: 'bytes',
    fallback: 52_428_800,
    least: 1_024,
    most: 1_073_741_824,
    flag: 'max-component-size-bytes',
    variable: 'WASMCLOUD_MAX_COMPONENT_SIZE',
    scope: 'component',
    isBoundByHost: true,
    help: 'Largest component binary',
    beyond: 'is refused when it starts',
    enforcedIn: [
      'apps/host/src/control-plane/artifacts/artifact-store.ts',
      'apps/host/src/control-plane/component/running-component.ts',
    ],
  },
};

/** The limits without a setting. */
export const fixedLimitTable: Readonly<Record<FixedLimitName, FixedLimitRow>> = {
  'blocked-time': {
    unit: 'ms',
    // Other guests of the thread wait so long.
    value: 100,
    help: 'Longest time of guest code that can not be suspended: of one realloc, post-return or destructor',
    beyond: 'traps',
    advice: 'have it return sooner, since this limit is fixed',
    enforcedIn: [`${runtime}/engines/direct/abi/unsuspended-code.ts`],
  },
  'component-nesting': counted(
    'nesting',
    'Most components and core modules within one another, the file included',
  ),
  'component-parts': counted('parts', 'Most components and core modules in a component'),
  'component-types': counted('types', 'Most types that a component and its core modules define'),
  'component-instances': counted('instances', 'Most instances that a component writes down'),
  'component-imports': counted('imports', 'Most imports of a component and its parts'),
  'component-exports': counted('exports', 'Most exports of a component and its parts'),
  'component-name-bytes': {
    ...counted('name-bytes', 'Most bytes of the names of what a component and its parts import and export'),
    unit: 'bytes',
  },
  'validation-time': {
    unit: 'ms',
    value: defaultValidationLimits.timeMs,
    help: `Longest time on a processor to validate a component of 1 MB; ${timeMsForEachMegabyte} ms more for each further MB`,
    beyond: 'is refused when it starts',
    advice: 'make it of fewer and simpler types and instances, since this limit is fixed',
    enforcedIn: [`${runtime}/validation/refusal.ts`, `${validator}/src/validator-thread.ts`],
  },
  'validation-memory': {
    unit: 'bytes',
    value: defaultValidationLimits.memoryBytes,
    help: 'Most memory to validate a component, beside twice its size',
    beyond: 'is refused when it starts',
    advice: 'make it of fewer and simpler types and instances, since this limit is fixed',
    enforcedIn: [`${runtime}/validation/refusal.ts`, `${validator}/src/judge.ts`],
  },
};

/** What is counted in the file before it is validated. */
function counted(
  limit: Exclude<keyof ValidationLimits, 'timeMs' | 'memoryBytes'>,
  help: string,
): FixedLimitRow {
  return {
    unit: 'each',
    value: defaultValidationLimits[limit],
    help,
    beyond: 'is refused when it starts',
    advice: 'make it of fewer, since this limit is fixed',
    enforcedIn: [`${runtime}/validation/refusal.ts`, `${validator}/recipe/src/census.rs`],
  };
}

export const fixedLimitNames: readonly FixedLimitName[] = Object.keys(fixedLimitTable) as FixedLimitName[];

export const limitNames: readonly LimitName[] = Object.keys(limitTable) as LimitName[];

/** What holds where nobody says anything else. */
export const defaultLimits: Limits = Object.fromEntries(
  limitNames.map((limit) => [limit, limitTable[limit].fallback]),
) as Limits;

/** With the limit's name after it: the entry of a component's config, or its annotation, that gives it a value of its own. */
export const limitKeyPrefix = 'wasmlattice.dev/limits.';

/** `65536 bytes`, `20`, `5000 a second` */
export function describeLimit(limit: AnyLimitName, value: number): string {
  const { unit } = isFixed(limit) ? fixedLimitTable[limit] : limitTable[limit];
  return unit === 'each' ? String(value) : `${value} ${unit}`;
}

/** What raises a limit: `raise the component's config wasmlattice.dev/limits.handles or the host's --max-handles`. */
export function limitAdvice(limit: AnyLimitName): string {
  if (isFixed(limit)) return fixedLimitTable[limit].advice;
  const { command, scope } = limitTable[limit];
  if (scope === 'host') return hostLimitAdvice(limit);
  const flagOfHost = flagOf(limit);
  const config = `config ${limitKeyPrefix}${limit}`;
  return command === undefined
    ? `raise the component's ${config} or ${flagOfHost}`
    : `raise the component's ${command}, its ${config} or ${flagOfHost}`;
}

/** What raises the host's own value of a limit: `raise the host's --max-handles`. */
export function hostLimitAdvice(limit: LimitName): string {
  return `raise ${flagOf(limit)}`;
}

function flagOf(limit: LimitName): string {
  return `the host's --${limitTable[limit].flag}`;
}

function isFixed(limit: AnyLimitName): limit is FixedLimitName {
  return Object.hasOwn(fixedLimitTable, limit);
}
