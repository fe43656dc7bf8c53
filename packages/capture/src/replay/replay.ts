import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Engine } from '@wasmlattice/wasm-runtime/engines';
import { parseCapture } from '../file/capture-file.js';
import type { CaptureHeader } from '../file/records.js';
import { type ReplayReport, replayCapture } from './replay-capture.js';
import { reportText } from './report-text.js';

/** Code does not do what was recorded; the message says in what. */
export class ReplayDifferenceError extends Error {
  override readonly name = 'ReplayDifferenceError';
  readonly report: ReplayReport;

  constructor(report: ReplayReport) {
    super(`the component does not do what was recorded\n${reportText(report)}`);
    this.report = report;
  }
}

/** Nothing can be said about the code: there is no component, or nothing to replay. */
export class NothingReplayedError extends Error {
  override readonly name = 'NothingReplayedError';
}

export interface ReplayFileOptions {
  /** The component, or the file that it is in; by default the file that the capture names. */
  readonly component?: string | URL | Uint8Array;
  /** By default the one of hosts. */
  readonly engine?: Engine;
}

/** A replay that begins when it is called or awaited, so that it may be a test of vitest, or a step of one. */
export interface Replay extends PromiseLike<ReplayReport> {
  (): Promise<ReplayReport>;
}

/**
 * Replays a file that `wasmlattice capture` wrote: `test('does what it did', replay('counter.jsonl', { component }))`, or
 * `await replay(…)`.
 *
 * It rejects with ReplayDifferenceError, NothingReplayedError, CaptureFormatError, and what keeps a component from running.
 */
export function replay(file: string | URL, options: ReplayFileOptions = {}): Replay {
  let running: Promise<ReplayReport> | undefined;
  const run = (): Promise<ReplayReport> => {
    running ??= replayFile(file, options);
    return running;
  };
  // biome-ignore lint/suspicious/noThenProperty: to await it is to run it.
  return Object.assign(() => run(), { then: ((...then) => run().then(...then)) as Replay['then'] });
}

async function replayFile(
  file: string | URL,
  { component, engine }: ReplayFileOptions,
): Promise<ReplayReport> {
  const capture = parseCapture(await readFile(file, 'utf8'), String(file));
  const bytes =
    component instanceof Uint8Array ? component : await readFile(component ?? recordedFile(capture.header));
  const report = await replayCapture({ capture, component: bytes, ...(engine && { engine }) });
  if (report.different > 0) throw new ReplayDifferenceError(report);
  if (report.same === 0) {
    throw new NothingReplayedError(`nothing in ${file} could be replayed\n${reportText(report)}`);
  }
  return report;
}

function recordedFile({ image }: CaptureHeader): string {
  if (image?.startsWith('file://') === true) return fileURLToPath(image);
  throw new NothingReplayedError(
    `the component of the capture is ${image ?? 'not named in it'}, which is no file of this machine: say which one to replay on`,
  );
}
