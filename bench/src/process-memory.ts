import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

/** The memory a process has now, in bytes (Linux). */
export function residentMemory(pid: number): Promise<number> {
  return statusField(pid, 'VmRSS');
}

/** The most memory a process ever had, in bytes (Linux). */
export function peakMemory(pid: number): Promise<number> {
  return statusField(pid, 'VmHWM');
}

/** The memory that a process shares with no other, and what it has swapped out, in bytes (Linux). */
export async function privateMemory(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  // File pages that only this process has mapped count as private too; those of an image are shared by its instances.
  const fields = ['Anonymous', 'Swap'].map((name) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1]),
  );
  return fields.reduce((sum, kilobytes) => sum + kilobytes * 1024, 0);
}

/** The processes that a process has started with a word in their command and that run (Linux). */
export async function childrenOf(pid: number, word: string): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8')),
  );
  const children = lists.flatMap((list) => list.split(' ').filter((each) => each !== ''));
  const commands = await Promise.all(
    children.map((child) => readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')),
  );
  return children.filter((_, index) => commands[index]?.includes(word)).map(Number);
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
