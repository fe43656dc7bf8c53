import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ScriptMessage, ScriptTask } from './messages.js';
import { failed, type Outcome } from './outcome.js';

export interface ScriptOptions {
  readonly engine: ScriptTask['engine'];
  /** Longest that a call may wait, in milliseconds. */
  readonly patienceMs: number;
  /** Longest that a directive may compute, in milliseconds: then its process is ended. */
  readonly holdMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ScriptResult {
  readonly file: string;
  readonly directives: readonly { readonly line: number; readonly outcome: Outcome }[];
  /** Why the script could not be read at all. */
  readonly unreadable?: string;
}

const entry = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './script-process.ts' : './script-process.js', import.meta.url),
);

/** Some scripts of the suites use the form of references that the parser takes for outdated. */
const textParserSettings = { WAST_STRICT_COMPONENT_INDICES: '0' };

/**
 * Runs a script in processes of its own. A directive that ends its process or holds it counts as failed, and the rest is run in a new
 * process from the beginning, without it.
 */
export async function runScript(file: string, options: ScriptOptions): Promise<ScriptResult> {
  const settled = new Map<number, Outcome>();
  for (;;) {
    const attempt = await attemptScript(file, options, settled);
    if (attempt.unreadable !== undefined) return { file, directives: [], unreadable: attempt.unreadable };
    if (attempt.stuck === undefined) {
      const directives = attempt.lines.map((line, index) => ({
        line,
        outcome: attempt.outcomes.get(index) ?? settled.get(index) ?? failed('crash', 'it was never run'),
      }));
      return { file, directives };
    }
    settled.set(attempt.stuck.index, attempt.stuck.outcome);
  }
}

interface Attempt {
  lines: readonly number[];
  readonly outcomes: Map<number, Outcome>;
  /** The directive that the process did not get past. */
  stuck?: { readonly index: number; readonly outcome: Outcome };
  unreadable?: string;
}

async function attemptScript(
  file: string,
  { engine, patienceMs, holdMs, signal }: ScriptOptions,
  settled: ReadonlyMap<number, Outcome>,
): Promise<Attempt> {
  const task: ScriptTask = { file, engine, patienceMs, settled: [...settled] };
  const child = fork(entry, [JSON.stringify(task)], {
    env: { ...process.env, ...textParserSettings },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    signal,
    killSignal: 'SIGKILL',
  });
  const attempt: Attempt = { lines: [], outcomes: new Map() };
  let running: number | undefined;
  let held = false;
  let timer: NodeJS.Timeout | undefined;
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2_000);
  });
  child.on('message', (message: ScriptMessage) => {
    clearTimeout(timer);
    switch (message.kind) {
      case 'read':
        attempt.lines = message.lines;
        break;
      case 'begins':
        running = message.index;
        timer = setTimeout(() => {
          held = true;
          child.kill('SIGKILL');
        }, holdMs);
        break;
      case 'ends':
        running = undefined;
        attempt.outcomes.set(message.index, message.outcome);
        break;
      case 'unreadable':
        attempt.unreadable = message.reason;
        break;
    }
  });
  const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  if (running !== undefined) {
    const end = killedBy === null ? `exit code ${code}` : killedBy;
    const outcome = held
      ? failed('hang', `no answer in ${holdMs} ms`)
      : failed('crash', `${end}: ${lastLine(lastWords)}`);
    attempt.stuck = { index: running, outcome };
  } else if (attempt.lines.length === 0 && attempt.unreadable === undefined && code !== 0) {
    attempt.unreadable = `the process ended before the script began: ${lastLine(lastWords)}`;
  }
  return attempt;
}

/** What a process that ends on an error says of it. */
function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Node.js v'));
  return (lines.find((line) => /Error|FATAL|panicked/.test(line)) ?? lines.at(-1) ?? '').trim().slice(0, 300);
}
