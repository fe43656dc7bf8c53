import type { Readable } from 'node:stream';
import type { Logger } from '@wasmlattice/telemetry';
import { createLineSplitter } from './line-splitter.js';
import { OutputBudget, type OutputLimits } from './output-budget.js';
import { parseOutputLine } from './output-line.js';

/** Enough to show an error with its stack in a report of a crash. */
const keptLines = 20;
const keptLength = 2_000;

export interface OutputSink {
  readonly logger: Logger;
  /** Takes secrets out of each line. */
  readonly redact: (text: string) => string;
  readonly limits?: OutputLimits | undefined;
}

/**
 * Logs what a provider writes, a record for each line, within limits.
 *
 * @returns the last lines of its standard error so far, also those that were too many to be logged
 */
export function forwardOutput(
  { stdout, stderr }: { readonly stdout: Readable; readonly stderr: Readable },
  { logger, redact, limits }: OutputSink,
): () => readonly string[] {
  const budget = new OutputBudget(limits);
  const lastLines: string[] = [];

  const tellLeftOut = (lines: number): void => {
    if (lines > 0) logger.warn(`left out ${lines} lines that the provider wrote`, { lines });
  };
  const log = (written: string, stream: 'stdout' | 'stderr'): void => {
    const verdict = budget.line();
    if (verdict.tag === 'log') {
      tellLeftOut(verdict.after);
      const { level, message, fields } = parseOutputLine(redact(written));
      logger[level](message, { ...fields, stream });
    } else if (verdict.isFirst) {
      logger.warn(
        `the provider writes more than ${budget.linesPerSecond} lines a second: those beyond are left out`,
        { stream },
      );
    }
  };

  forwardLines(stdout, budget, (line) => log(line, 'stdout'));
  forwardLines(stderr, budget, (line) => {
    lastLines.push(line.slice(0, keptLength));
    if (lastLines.length > keptLines) lastLines.shift();
    log(line, 'stderr');
  });
  stderr.once('close', () => tellLeftOut(budget.takeLeftOut()));
  return () => lastLines.map(redact);
}

function forwardLines(output: Readable, budget: OutputBudget, onLine: (line: string) => void): void {
  const lines = createLineSplitter(onLine);
  const read = budget.reader();
  let resume: NodeJS.Timeout | undefined;
  output.on('data', (chunk: Buffer) => {
    lines.push(chunk);
    const waitMs = read(chunk.length);
    if (waitMs === 0 || output.isPaused()) return;
    output.pause();
    resume = setTimeout(() => output.resume(), waitMs);
  });
  // A thread's outputs end, and those of a process close.
  let isOver = false;
  const end = (): void => {
    clearTimeout(resume);
    if (!isOver) lines.end();
    isOver = true;
  };
  output.once('end', end);
  output.once('close', end);
  // A broken pipe ends the output; the exit of the process tells the rest.
  output.on('error', () => {});
}
