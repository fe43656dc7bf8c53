import type { Readable } from 'node:stream';
import type { Logger } from '@wasmlattice/telemetry';
import { createLineSplitter } from './line-splitter.js';
import { parseOutputLine } from './output-line.js';

/** Enough to show an error with its stack in a report of a crash. */
const keptLines = 20;

/** Logs what a provider writes, a record for each line. @returns the last lines of its standard error, as they come */
export function forwardOutput(
  { stdout, stderr }: { readonly stdout: Readable; readonly stderr: Readable },
  to: { readonly logger: Logger; readonly redact: (text: string) => string },
): string[] {
  const lastLines: string[] = [];
  forwardLines(stdout, to, 'stdout');
  forwardLines(stderr, to, 'stderr', (line) => {
    lastLines.push(line);
    if (lastLines.length > keptLines) lastLines.shift();
  });
  return lastLines;
}

function forwardLines(
  output: Readable,
  { logger, redact }: { readonly logger: Logger; readonly redact: (text: string) => string },
  stream: 'stdout' | 'stderr',
  alsoTo: (line: string) => void = () => {},
): void {
  const lines = createLineSplitter((written) => {
    const line = redact(written);
    alsoTo(line);
    const { level, message, fields } = parseOutputLine(line);
    logger[level](message, { ...fields, stream });
  });
  output.on('data', (chunk: Buffer) => lines.push(chunk));
  // A thread's outputs end, and those of a process close.
  let isOver = false;
  const end = (): void => {
    if (!isOver) lines.end();
    isOver = true;
  };
  output.once('end', end);
  output.once('close', end);
  // A broken pipe ends the output; the exit of the process tells the rest.
  output.on('error', () => {});
}
