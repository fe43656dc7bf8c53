import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedNatsError } from './embedded-nats-error.js';
import type { ProcessMark } from './process-mark.js';
import { isRunning, markProcess } from './process-mark.js';

/** What the lock file holds. */
interface LockContent {
  readonly machine: string;
  readonly host: ProcessMark;
  /** The `nats-server` of that host, once it runs. */
  readonly server?: ProcessMark;
}

/** A folder that belongs to this process until released. */
export interface DataDirLock {
  /** Notes the server, so that a later host finds it should this one be killed. */
  noteServer(pid: number): Promise<void>;
  /** Gives the folder back. Further calls do nothing. */
  release(): Promise<void>;
}

// A process on another machine cannot be looked at, so there the age of the last sign of life decides.
const signOfLifeMs = 5_000;
const deadAfterMs = 4 * signOfLifeMs;

/**
 * Takes `folder` for this process: two servers that write the same JetStream files destroy them.
 *
 * A lock whose host no longer runs is taken over, and the server that host left behind is stopped first.
 *
 * @throws {@link EmbeddedNatsError} `data-dir-in-use`, naming the process that has it
 */
export async function lockDataDir(folder: string, stopTimeoutMs: number): Promise<DataDirLock> {
  const file = join(folder, 'host.lock');
  const host = await markProcess(process.pid);
  let content: LockContent = {
    machine: hostname(),
    host: host ?? { pid: process.pid, started: 'unknown' },
  };
  while (!(await createWhole(file, content))) await removeStale(file, folder, stopTimeoutMs);

  const signs = setInterval(() => {
    const now = new Date();
    // A missing file shows at the next start; nothing can be done about it here.
    utimes(file, now, now).catch(() => {});
  }, signOfLifeMs);
  signs.unref();
  let released = false;
  return {
    async noteServer(pid) {
      const server = await markProcess(pid);
      if (server === undefined) return;
      content = { ...content, server };
      const next = `${file}.${randomUUID()}`;
      await writeFile(next, JSON.stringify(content));
      await rename(next, file);
    },
    async release() {
      if (released) return;
      released = true;
      clearInterval(signs);
      await rm(file, { force: true });
    },
  };
}

/** Creates a file with its content in one step, so that nobody reads a half-written one. */
async function createWhole(file: string, content: LockContent): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(content));
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes the lock of a host that is gone; does nothing when the lock has gone meanwhile. */
async function removeStale(file: string, folder: string, stopTimeoutMs: number): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const content = parseLock(text);
  if (content !== undefined && (await isHeld(file, content))) {
    const { host, machine } = content;
    const where = machine === hostname() ? '' : ` on ${machine}`;
    throw new EmbeddedNatsError(
      `the data folder ${folder} is in use by the host with process id ${host.pid}${where}: ` +
        'stop that host, choose another --data-dir, or connect to its NATS server with --nats-host',
      'data-dir-in-use',
    );
  }
  if (content?.server !== undefined && content.machine === hostname()) {
    await stopLeftServer(content.server, stopTimeoutMs);
  }
  // Another host may do the same right now: only the file that was judged may go.
  const removed = `${file}.${randomUUID()}`;
  try {
    await rename(file, removed);
  } catch {
    return;
  }
  if ((await readFile(removed, 'utf8')) !== text) await link(removed, file).catch(() => {});
  await rm(removed, { force: true });
}

async function isHeld(file: string, content: LockContent): Promise<boolean> {
  if (content.machine === hostname()) return isRunning(content.host);
  const age = await stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => deadAfterMs,
  );
  return age < deadAfterMs;
}

function parseLock(text: string): LockContent | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isLock(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isLock(value: unknown): value is LockContent {
  if (typeof value !== 'object' || value === null) return false;
  const { host, machine, server } = value as Partial<Record<keyof LockContent, unknown>>;
  return typeof machine === 'string' && isMark(host) && (server === undefined || isMark(server));
}

function isMark(value: unknown): value is ProcessMark {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, started } = value as Partial<Record<keyof ProcessMark, unknown>>;
  return typeof pid === 'number' && Number.isInteger(pid) && pid > 1 && typeof started === 'string';
}

/** Stops a server whose host was killed. It is not our child, so the only way to see its end is to look. */
async function stopLeftServer(server: ProcessMark, stopTimeoutMs: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!(await isRunning(server))) return;
    try {
      process.kill(server.pid, signal);
    } catch {
      return;
    }
    const deadline = Date.now() + stopTimeoutMs;
    while (Date.now() < deadline && (await isRunning(server))) await delay(20);
  }
}
