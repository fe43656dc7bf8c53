import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { read, readCpuQuota, type SystemRoot } from './cgroup.js';

export interface AvailableCoresOptions {
  /** Where `/proc` and `/sys` are; another folder in tests. */
  readonly root?: SystemRoot;
  /** Asked where there is no `/proc`. */
  readonly parallelism?: () => number;
}

/**
 * How many threads can compute at a time: the cores this process may be put on, or as many as its control group's quota pays for,
 * begun ones included, at least 1. (Node.js 26 rounds a quota down, and knows nothing of one below a core.)
 */
export function availableCores({
  root = '/',
  parallelism = availableParallelism,
}: AvailableCoresOptions = {}): number {
  const cores = countAllowedCores(root) ?? parallelism();
  const quota = readCpuQuota(root) ?? cores;
  return Math.max(1, Math.min(cores, Math.ceil(quota)));
}

/** From a list such as `0-3,8`. */
function countAllowedCores(root: SystemRoot): number | undefined {
  const status = read(join(root, 'proc/self/status')) ?? '';
  const list = /^Cpus_allowed_list:\s*(\d[\d,-]*)$/m.exec(status)?.[1];
  return list?.split(',').reduce((count, range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return count + last - first + 1;
  }, 0);
}
