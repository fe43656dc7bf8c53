export interface ParentWatchOptions {
  /** Id of the host's process: the parent when this process began. */
  readonly expected: number;
  /** Id of the parent at this moment: `process.ppid`. */
  readonly parentId: () => number;
  readonly onGone: () => void;
  /** Default 2 s: an orphan serves with links nobody updates any more. */
  readonly intervalMs?: number;
}

const defaultIntervalMs = 2_000;

/**
 * Notices that the host died without stopping its providers: an orphan gets another parent. (Standard input tells
 * nothing, the host closes it after the first line.) On Windows the parent's id never changes, so nothing is noticed.
 *
 * The returned function ends the watch; the watch alone does not keep the process running.
 */
export function watchParent(options: ParentWatchOptions): () => void {
  const { expected, parentId, onGone, intervalMs = defaultIntervalMs } = options;
  const timer = setInterval(() => {
    if (parentId() === expected) return;
    clearInterval(timer);
    onGone();
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
