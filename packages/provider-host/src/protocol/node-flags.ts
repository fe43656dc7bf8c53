/** How often a function is called before V8 optimises it, by flag: at the start of a provider, and usually (V8 14). */
const invocations: readonly (readonly [flag: string, atStart: number, usually: number])[] = [
  ['--invocation-count-for-early-optimization', 20_000, 30],
  ['--invocation-count-for-maglev', 20_000, 400],
  ['--invocation-count-for-maglev-osr', 20_000, 100],
  ['--invocation-count-for-osr', 20_000, 500],
  ['--invocation-count-for-turbofan', 60_000, 3_000],
];

/**
 * Flags of Node.js for a provider, by which it can give back the memory that only its start needed. What runs at the start alone is not worth to be
 * optimised: without V8's compilers in memory an idle provider takes 8 MB less. The SDK sets {@link usualFlags} when the start is over.
 */
export const startFlags: readonly string[] = [
  '--expose-gc',
  ...invocations.map(([flag, atStart]) => `${flag}=${atStart}`),
];

/** For `v8.setFlagsFromString`, one after the other. */
export const usualFlags: readonly string[] = invocations.map(([flag, _, usually]) => `${flag}=${usually}`);
