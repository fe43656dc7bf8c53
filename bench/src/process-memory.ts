import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** The memory a process has now, in bytes (Linux). */
export function residentMemory(pid: number): Promise<number> {
  return statusField(pid, 'VmRSS');
}

/** The most memory a process ever had, in bytes (Linux). */
export function peakMemory(pid: number): Promise<number> {
  return statusField(pid, 'VmHWM');
}

const sampleMs = 200;

/** The least memory that a process has in the next `durationMs`, in bytes: a process gives memory back late. */
export async function restingMemory(pid: number, durationMs: number): Promise<number> {
  let least = await residentMemory(pid);
  for (const end = performance.now() + durationMs; performance.now() < end; ) {
    await wait(sampleMs);
    least = Math.min(least, await residentMemory(pid));
  }
  return least;
}

async function statusField(pid: number, name: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`the system tells no ${name} of process ${pid}`);
  return Number(kilobytes) * 1024;
}
