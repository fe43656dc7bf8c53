import { setFlagsFromString } from 'node:v8';
import { limitTable } from './limit-table.js';

/**
 * Gives the guests of this process stacks of that size. V8 has one value for all threads, and goes by it from the first stack on: to be
 * called before any component runs. It grants no more than its default.
 *
 * @param bytes the limit `stack`
 */
export function limitStacks(bytes: number): void {
  if (bytes === limitTable.stack.fallback) return;
  setFlagsFromString(`--wasm-stack-switching-stack-size=${Math.floor(bytes / 1_024)}`);
}
