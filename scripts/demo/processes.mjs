import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The processes below `pid`, children of children included. */
export function descendantsOf(pid) {
  const all = processes();
  const found = [];
  for (const parents = [pid]; parents.length > 0; ) {
    const parent = parents.pop();
    for (const process of all) {
      if (process.parent !== parent) continue;
      found.push(process);
      parents.push(process.pid);
    }
  }
  return found;
}

/** Those of the given processes that still run: same id and same command, as ids are used again. */
export function stillRunning(earlier) {
  const now = new Map(processes().map((process) => [process.pid, process]));
  return earlier.filter(({ pid, command }) => now.get(pid)?.command === command);
}

/** Pid, parent and command of every process; `/proc` where there is one, since small systems lack `ps`. */
function processes() {
  return process.platform === 'linux' ? processesFromProc() : processesFromPs();
}

function processesFromProc() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // The name stands in parentheses and may hold spaces; state and parent follow it.
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z') return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), parent: Number(parent), command }];
      } catch {
        return [];
      }
    });
}

function processesFromPs() {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,command='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command: command.trim() }];
  });
}
