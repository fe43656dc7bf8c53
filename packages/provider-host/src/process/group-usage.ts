import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** What all processes of a group use together. */
export interface GroupUsage {
  /** Resident memory. What several processes share counts for each. */
  readonly residentBytes: number;
  /** Time on a processor since the group began, its ended processes included where another of the group waited for them. */
  readonly cpuSeconds: number;
}

interface ProcessUsage extends GroupUsage {
  readonly groupId: number;
}

/** Reads what process groups use, by the ids of their leaders; those of which nothing is left are absent. Empty on Windows. */
export async function readGroupUsage(leaderIds: ReadonlySet<number>): Promise<Map<number, GroupUsage>> {
  if (leaderIds.size === 0 || process.platform === 'win32') return new Map();
  const processes = await (process.platform === 'linux' ? fromProc(leaderIds) : fromPs());
  const groups = new Map<number, GroupUsage>();
  for (const { groupId, residentBytes, cpuSeconds } of processes) {
    if (!leaderIds.has(groupId)) continue;
    const { residentBytes: bytes = 0, cpuSeconds: seconds = 0 } = groups.get(groupId) ?? {};
    groups.set(groupId, { residentBytes: bytes + residentBytes, cpuSeconds: seconds + cpuSeconds });
  }
  return groups;
}

/** The unit of times in /proc, whatever the kernel was built with: `USER_HZ`. */
const ticksPerSecond = 100;

async function fromProc(leaderIds: ReadonlySet<number>): Promise<ProcessUsage[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(pids.map((pid) => usageInProc(pid, leaderIds)));
  return found.filter((usage) => usage !== undefined);
}

/** `undefined` for a process of another group, and one that has just ended. */
async function usageInProc(pid: string, leaderIds: ReadonlySet<number>): Promise<ProcessUsage | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The command name in parentheses may hold blanks; what follows it does not. See proc(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const groupId = Number(fields[2]);
    if (!leaderIds.has(groupId)) return undefined;
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    // Of its own and of children it has waited for, in user and in kernel mode.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    return { groupId, residentBytes: kibibytes * 1024, cpuSeconds: ticks / ticksPerSecond };
  } catch {
    return undefined;
  }
}

async function fromPs(): Promise<ProcessUsage[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pgid=,rss=,time=']);
  return stdout.split('\n').flatMap((line) => {
    const [groupId, kibibytes, time] = line.trim().split(/\s+/);
    if (time === undefined) return [];
    return {
      groupId: Number(groupId),
      residentBytes: Number(kibibytes) * 1024,
      cpuSeconds: secondsOf(time),
    };
  });
}

/** Reads `[[dd-]hh:]mm:ss[.ss]`. */
export function secondsOf(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse();
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}
