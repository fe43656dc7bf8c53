/** What validation is bounded by. Real components stay far below; a hostile one costs a known amount of time and memory. */
export interface ValidationLimits {
  /** Components and core modules within one another, the file itself included. */
  readonly nesting: number;
  /** Components and core modules in all. */
  readonly parts: number;
  /** Definitions of types, those within types included, and of core modules. */
  readonly types: number;
  /** Instances of components and core modules that are written down. */
  readonly instances: number;
  readonly imports: number;
  readonly exports: number;
  /** Bytes of the names of imports and exports of components, all together. */
  readonly 'name-bytes': number;
  /**
   * Time on a processor for a file of up to 1 MB, in ms: the clock of the wall would count what others compute. A larger file has
   * {@link timeMsForEachMegabyte} more for each further MB.
   */
  readonly timeMs: number;
  /** Memory beside the file itself, in bytes; as much again as the file is long is added. */
  readonly memoryBytes: number;
}

/** The limits that are counted in the file. */
export type CountedLimit = Exclude<keyof ValidationLimits, 'timeMs' | 'memoryBytes'>;

/**
 * A JavaScript guest of 13 MB has 3 parts within one another, some 1,000 types, imports and exports; it takes 0.3 s of time, half of it to
 * compile the validator, and 2 MB of memory.
 */
export const defaultValidationLimits: ValidationLimits = {
  nesting: 64,
  parts: 1_000,
  types: 100_000,
  instances: 4_000,
  imports: 100_000,
  exports: 100_000,
  'name-bytes': 4_194_304,
  timeMs: 900,
  memoryBytes: 134_217_728,
};

export const timeMsForEachMegabyte = 150;

/** Time on a processor that the validation of a file may take, in ms. */
export function timeFor(bytes: number, { timeMs }: ValidationLimits): number {
  return timeMs + Math.max(0, bytes / 1_000_000 - 1) * timeMsForEachMegabyte;
}

/** Memory that the validation of a file may take, in bytes. */
export function memoryFor(bytes: number, { memoryBytes }: ValidationLimits): number {
  return 2 * bytes + memoryBytes;
}
