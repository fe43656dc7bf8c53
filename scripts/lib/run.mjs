import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a command to its end with stdin closed and collects what it prints.
 *
 * `onLine` gets every line as it comes. A command that cannot be started resolves like one that failed, with the reason
 * as its output and `code` undefined: callers have one case to handle.
 */
export async function run(command, args, { cwd, env = process.env, onLine } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = lineSplitter(onLine ?? (() => {}));
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      output += text;
      collect(text);
    });
  }
  const forget = forwardSignals(child);
  try {
    const [code, signal] = await once(child, 'close');
    return { code: code ?? undefined, signal: signal ?? undefined, output };
  } catch (error) {
    return { code: undefined, signal: undefined, output: `${output}${command}: ${error.message}\n` };
  } finally {
    forget();
  }
}

/** Runs a command for what it does; resolves to undefined or to why it failed, with the last line it printed. */
export async function tryRun(report, env, command, args, cwd) {
  const { code, output } = await run(command, args, { env, cwd, onLine: report });
  if (code === 0) return undefined;
  const reason = output
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .pop();
  return `${command} ${args.at(-1)} failed${reason ? `: ${reason.trim()}` : ''}`;
}

/** While a child runs, Ctrl-C ends it, not this process in its midst; a second one ends both. */
export function forwardSignals(child) {
  const handlers = ['SIGINT', 'SIGTERM'].map((signal) => {
    const handler = () => {
      child.kill(signal);
      process.exitCode = 130;
    };
    process.once(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const forget of handlers) forget();
  };
}

/** Calls `onLine` for each non-empty line of a text that comes in pieces. */
export function lineSplitter(onLine) {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split(/\r?\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() !== '') onLine(line);
    }
  };
}
