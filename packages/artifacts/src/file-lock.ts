import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const signOfLifeMs = 2_000;
/** A lock without a sign of life for this long is one that a process left behind whose number says nothing: of another container, say. */
const deadAfterMs = 5 * signOfLifeMs;
const betweenLooksMs = 50;

/**
 * Does `work` while no other process, and nothing else in this one, does so under the same lock file. It spares work done twice: what is
 * done must be right without it, for a process that hangs loses its lock.
 */
export async function withFileLock<T>(
  file: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  while (!(await takeLock(file))) {
    await removeIfDead(file);
    await delay(betweenLooksMs, undefined, { ...(signal && { signal }) });
  }
  const signs = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, signOfLifeMs);
  signs.unref();
  try {
    return await work();
  } finally {
    clearInterval(signs);
    await rm(file, { force: true });
  }
}

/** Links are made or not made, also on network file systems. */
async function takeLock(file: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${process.pid} ${hostname()}`);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function removeIfDead(file: string): Promise<void> {
  if (!(await isDead(file))) return;
  // Others look, too: one of them moves it away.
  const removed = `${file}.${randomUUID()}`;
  await rename(file, removed).catch(() => {});
  await rm(removed, { force: true });
}

async function isDead(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return false;
  if (Date.now() - found.mtimeMs >= deadAfterMs) return true;
  const [pid, machine] = (await readFile(file, 'utf8').catch(() => '')).split(' ');
  return machine === hostname() && !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
