import { readFile, writeFile } from 'node:fs/promises';

/** Highest resident memory of a process since the last {@link resetPeakMemory}, in bytes (Linux). */
export async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** Starts the peak of a process anew and returns where it starts from, in bytes. */
export async function resetPeakMemory(pid: number): Promise<number> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
  return await peakMemory(pid);
}
