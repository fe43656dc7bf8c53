import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Tells one process from a later one with the same number. */
export interface ProcessMark {
  readonly pid: number;
  /** When it started, in the words of the system; only good for comparing. */
  readonly started: string;
}

/**
 * The mark of a running process, or `undefined` when there is none of that number. Process numbers are used again,
 * and in a container every host has the same one, so a number alone says little.
 */
export async function markProcess(pid: number): Promise<ProcessMark | undefined> {
  const started = process.platform === 'linux' ? await startedByProc(pid) : await startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether the process of this mark, and not just one of the same number, still runs. */
export async function isRunning(mark: ProcessMark): Promise<boolean> {
  return (await markProcess(mark.pid))?.started === mark.started;
}

async function startedByProc(pid: number): Promise<string | undefined> {
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // The command name in parentheses may hold blanks; what follows it does not. See proc(5).
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTime = fields[18];
    return state === 'Z' || startTime === undefined ? undefined : `${boot.trim()}/${startTime}`;
  } catch {
    return undefined;
  }
}

async function startedByPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
