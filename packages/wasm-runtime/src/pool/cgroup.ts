import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The system as files; a folder with the same paths in tests. */
export type SystemRoot = string;

/** Bytes that the processes of this one's control group may have in memory together; `undefined` when nothing bounds them. */
export function readMemoryLimit(root: SystemRoot): number | undefined {
  const v2 = folders(root, '').map((folder) => readNumber(join(folder, 'memory.max')));
  const v1 = folders(root, 'memory').map((folder) => readNumber(join(folder, 'memory.limit_in_bytes')));
  // The first version says "no limit" with what is next to 2^63.
  return least([...v2, ...v1].filter((limit) => limit !== undefined && limit <= Number.MAX_SAFE_INTEGER));
}

/** Cores that the processes of this one's control group may use at a time, 0.5 for instance; `undefined` when nothing bounds them. */
export function readCpuQuota(root: SystemRoot): number | undefined {
  const v2 = folders(root, '').map((folder) => {
    const [quota, period] = read(join(folder, 'cpu.max'))?.split(/\s+/) ?? [];
    return divide(toNumber(quota), toNumber(period));
  });
  const v1 = folders(root, 'cpu').map((folder) =>
    divide(readNumber(join(folder, 'cpu.cfs_quota_us')), readNumber(join(folder, 'cpu.cfs_period_us'))),
  );
  return least([...v2, ...v1]);
}

/**
 * The folder of the process's control group and those of all groups that this one is in, since each may have a limit. In a container the
 * folder is often not to be seen, and the outermost one is that of the container.
 *
 * @param controller of the first version; `''` for the second version, where one group is for all
 */
function folders(root: SystemRoot, controller: string): string[] {
  const found: string[] = [];
  for (const line of read(join(root, 'proc/self/cgroup'))?.split('\n') ?? []) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (!controllers.split(',').includes(controller)) continue;
    const names = path.split('/').filter((name) => name !== '');
    // A group outside of what this process may see.
    const visible = names.includes('..') ? [] : names;
    for (const mount of controller === '' ? ['', 'unified'] : [...new Set([controller, controllers])]) {
      for (let depth = visible.length; depth >= 0; depth--) {
        found.push(join(root, 'sys/fs/cgroup', mount, ...visible.slice(0, depth)));
      }
    }
  }
  return found;
}

/** `undefined` when there is no such file. */
export function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

export function readNumber(file: string): number | undefined {
  return toNumber(read(file));
}

/** `max` and -1 stand for no limit. */
function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function divide(quota: number | undefined, period: number | undefined): number | undefined {
  return quota === undefined || period === undefined || period === 0 ? undefined : quota / period;
}

function least(limits: readonly (number | undefined)[]): number | undefined {
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
