import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** A process under test, with everything it printed. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** Standard output and error, interleaved line by line; a line is there once it is complete, or the process is gone. */
  output(): string;
  /** Resolves when the output has a line that matches; rejects when the process ends before. */
  waitForLine(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with what was printed since `position` once that satisfies `enough`; rejects like `waitForLine`. */
  waitForOutput(enough: (text: string) => boolean, position?: number): Promise<string>;
  /** Exit code, or the signal's name; settles when the process is gone. */
  readonly exited: Promise<number | string>;
  signal(name: NodeJS.Signals): void;
}

/** Those that run: a process that exits, by a signal to it for example, leaves none behind. */
const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) send(child, 'SIGKILL');
});

/** Those that lead a process group, which gets all their signals, as the one of a terminal does by Ctrl-C. */
const leaders = new WeakSet<ChildProcess>();

function send(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (leaders.has(child)) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It is gone.
  }
}

/**
 * Starts a program; it is killed at the end of its scope if it still runs, and when this process exits. With `detached` it leads a process
 * group, and what it started gets its signals, too.
 */
export function startChild(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  options: Pick<SpawnOptions, 'uid' | 'gid' | 'cwd' | 'detached'> = {},
): Child {
  const child: ChildProcess = spawn(command, args, { ...options, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) {
    // Its `error` event would end the process of the tests.
    child.once('error', () => {});
    throw new Error(`could not start ${command}: is it installed and on the PATH?`);
  }

  running.add(child);
  if (options.detached === true) leaders.add(child);
  const listeners = new Set<() => void>();
  let text = '';
  let ended = false;
  const notify = (): void => {
    for (const listener of listeners) listener();
  };
  /** Of each stream, the line that is not complete yet. */
  const begun = ['', ''];
  for (const [index, stream] of [child.stdout, child.stderr].entries()) {
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      const printed = `${begun[index]}${chunk}`;
      const end = printed.lastIndexOf('\n') + 1;
      begun[index] = printed.slice(end);
      if (end === 0) return;
      text += printed.slice(0, end);
      notify();
    });
  }
  const exited = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      ended = true;
      text += begun.join('');
      notify();
      resolve(code ?? signal ?? 'unknown');
    });
  });

  const waitFor = <T>(find: () => T | undefined, what: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = find();
        if (found === undefined && !ended) return;
        listeners.delete(check);
        if (found !== undefined) resolve(found);
        else reject(new Error(`the process ended before ${what}:\n${text}`));
      };
      listeners.add(check);
      check();
    });

  return {
    pid,
    exited,
    output: () => text,
    signal: (name) => send(child, name),
    waitForLine: (pattern) => waitFor(() => pattern.exec(text) ?? undefined, `printing ${pattern}`),
    waitForOutput: (enough, position = 0) =>
      waitFor(() => {
        const since = text.slice(position);
        return enough(since) ? since : undefined;
      }, 'printing enough'),
    async [Symbol.asyncDispose]() {
      if (!ended) send(child, 'SIGKILL');
      await exited;
    },
  };
}
