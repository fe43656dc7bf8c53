import { type ChildProcess, spawn } from 'node:child_process';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { assertLeader } from './process-group.js';

/** Ends process groups when this process dies, however it dies. */
export interface GroupGuard {
  /**
   * Guards a group, by the id of the process that leads it.
   *
   * @returns what gives it up, to be called when nothing of it is left
   */
  watch(leaderId: number): () => void;
  /** Gives all up and ends; safe to call twice. */
  close(): void;
}

/** Guards nothing. */
export const noGroupGuard: GroupGuard = { watch: () => () => {}, close() {} };

/**
 * Reads `+ id` and `- id`, one a line, and ends the groups that are left when its input ends. It ignores what service managers and terminals send
 * to all processes of a service: the host may need a while to stop, and until then it is guarded.
 */
export const guardProgram = `
trap '' TERM INT HUP
groups=' '
while read -r change id; do
  case "$groups" in *" $id "*) groups="\${groups%% $id *} \${groups#* $id }" ;; esac
  [ "$change" = + ] && groups="$groups$id "
done
for id in $groups; do kill -s TERM -- "-$id"; done
for second in 1 2; do
  left=
  for id in $groups; do kill -s 0 -- "-$id" && left=1; done
  [ -z "$left" ] && exit
  sleep 1
done
for id in $groups; do kill -s KILL -- "-$id"; done
`;

/** How long to wait before a guard that ended is replaced, in ms: what ended it may go on for a moment. */
const replaceMs = 500;

/**
 * Starts a shell of a few hundred kilobytes that waits on a pipe from this process. The system closes the pipe when this process ends, even
 * by SIGKILL; the shell then sends SIGTERM to the groups it knows, and SIGKILL after two seconds. One shell guards all groups; it is started
 * with the first, and again if it ends.
 *
 * No parent-death signal: only Linux has it, it is for the process alone and not for what that starts, and Node.js does not offer it. What
 * leaves its group, as daemons do, is not ended: on Linux the control group of a service does that, on macOS nothing does.
 */
export function createGroupGuard(logger: Logger = noopLogger): GroupGuard {
  const groups = new Set<number>();
  let shell: ChildProcess | undefined;
  let isClosed = false;
  let again: NodeJS.Timeout | undefined;

  const tell = (change: '+' | '-', leaderId: number): void => {
    shell?.stdin?.write(`${change} ${leaderId}\n`);
  };

  const start = (): void => {
    const child = spawn('/bin/sh', ['-c', guardProgram], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
      // Out of the terminal's process group, or Ctrl-C would reach it before the host.
      detached: true,
    });
    shell = child;
    let isRunning = false;
    child.once('spawn', () => {
      isRunning = true;
    });
    child.once('error', (error) => {
      if (!isRunning)
        logger.warn('providers may outlive a host that is killed: there is no /bin/sh', { error });
    });
    child.once('exit', () => {
      shell = undefined;
      if (!isClosed && isRunning) again = setTimeout(start, replaceMs).unref();
    });
    child.stdin?.on('error', () => {});
    // It must not keep this process.
    child.unref();
    (child.stdin as { unref?(): void } | null)?.unref?.();
    for (const leaderId of groups) tell('+', leaderId);
  };

  return {
    watch(leaderId) {
      assertLeader(leaderId);
      groups.add(leaderId);
      if (shell === undefined && again === undefined) start();
      else tell('+', leaderId);
      return () => {
        if (groups.delete(leaderId)) tell('-', leaderId);
      };
    },
    close() {
      isClosed = true;
      clearTimeout(again);
      groups.clear();
      shell?.kill('SIGKILL');
    },
  };
}
