/**
 * Bounds that real components stay far below. They exist so that a hostile file costs a bounded amount of time and
 * stack instead of hanging the host.
 */

/** Components and types nested in the file. */
export const maxNesting = 64;

/** Instantiations and instance types within one another while types are worked out. */
export const maxEvaluationDepth = 64;

/**
 * Definitions worked out in all. An instantiated component is worked out again for each instantiation, so that a
 * small file can ask for exponentially many; a large JavaScript guest needs about a thousand.
 */
export const maxEvaluationSteps = 200_000;

/** Nodes of one value type written out in full: `type a = tuple<b, b>` doubles at every step. */
export const maxTypeSize = 10_000;

/** Value types within one another, for everything that walks types recursively. */
export const maxTypeDepth = 100;
