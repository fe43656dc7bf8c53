import { readdir, readFile, readlink } from 'node:fs/promises';

/** Processes that a host has started for single components (Linux). */
export function isolatedProcesses(hostPid: number): Promise<number[]> {
  return childrenOf(hostPid, 'process-entry');
}

/** Processes that a host has started with a word in their command (Linux). */
export async function childrenOf(hostPid: number, word: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const [stat, command] = await Promise.all([read(entry, 'stat'), read(entry, 'cmdline')]);
    // After the name, which may hold anything: state and parent.
    const parent = /^.*\) \S (\d+)/s.exec(stat)?.[1];
    if (Number(parent) === hostPid && command.includes(word)) found.push(Number(entry));
  }
  return found;
}

/** Whether a process is there, and no corpse that its parent has yet to take notice of. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await read(String(pid), 'stat');
  return stat !== '' && !/^.*\) [ZX] /s.test(stat);
}

/** What a process got from the one that started it. */
export interface Inherited {
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  /** What its open files are. */
  readonly files: readonly string[];
}

export async function inheritedBy(pid: number): Promise<Inherited> {
  const [command, environment, fds] = await Promise.all([
    read(String(pid), 'cmdline'),
    read(String(pid), 'environ'),
    readdir(`/proc/${pid}/fd`),
  ]);
  const split = (text: string): string[] => text.split('\0').filter(Boolean);
  return {
    arguments: split(command),
    environment: split(environment),
    files: await Promise.all(fds.map((fd) => fileOf(pid, Number(fd)))),
  };
}

/** What an open file of a process is; `''` for one it has not, or no more. */
export async function fileOf(pid: number, fd: number): Promise<string> {
  return await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
}

/** `''` for a process that is gone. */
async function read(pid: string, file: string): Promise<string> {
  return await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
}
