import type { Sleep } from '../sleep.js';

/**
 * Sends a signal to a process that leads a group, and to all in that group: what it started, unless that left for a group of its own, as
 * daemons do. Windows has no groups: there it is the process alone.
 *
 * @param signal 0 only asks
 * @returns whether there was any to send it to
 */
export function signalGroup(leaderId: number, signal: NodeJS.Signals | 0): boolean {
  assertLeader(leaderId);
  try {
    process.kill(process.platform === 'win32' ? leaderId : -leaderId, signal);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EPERM: macOS says so of a group in which all have ended and some are not collected yet.
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}

/** 0 stands for the group of this process, and 1 for all processes of the user. */
export function assertLeader(leaderId: number): void {
  if (!Number.isSafeInteger(leaderId) || leaderId < 2) throw new RangeError(`${leaderId} leads no group`);
}

/** Between two looks at whether a group is empty, in ms. */
const lookMs = 20;

/**
 * Ends what is left of a group: SIGTERM, and SIGKILL after `graceMs`. Resolves at once where nothing is left.
 */
export async function endGroup(leaderId: number, graceMs: number, sleep: Sleep): Promise<void> {
  if (!signalGroup(leaderId, 'SIGTERM')) return;
  const { signal } = new AbortController();
  for (let waitedMs = 0; waitedMs < graceMs && signalGroup(leaderId, 0); waitedMs += lookMs) {
    await sleep(lookMs, signal);
  }
  signalGroup(leaderId, 'SIGKILL');
}
