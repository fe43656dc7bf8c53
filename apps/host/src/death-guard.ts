import { spawn } from 'node:child_process';

/** Ends a process when this one dies, however it dies. */
export interface DeathGuard {
  /** Lets the guarded process live on. Further calls do nothing. */
  dismiss(): void;
}

/**
 * Starts a shell of a few hundred kilobytes that waits on a pipe from this process. The system closes the pipe when
 * this process ends, even by SIGKILL, and the shell then sends SIGTERM to `pid`.
 *
 * No parent-death signal: only Linux has it, and Node.js does not offer it.
 */
export function guardAgainstDeath(pid: number): DeathGuard {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -TERM "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of the terminal's process group, or Ctrl-C would end the guard before its time.
    detached: true,
  });
  // Without a shell there is no guard; the lock of the data folder still finds the server at the next start.
  guard.on('error', () => {});
  guard.stdin?.on('error', () => {});
  guard.unref();
  return {
    dismiss() {
      guard.kill('SIGKILL');
    },
  };
}
