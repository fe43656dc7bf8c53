/**
 * - `ok`: as it should be
 * - `warning`: works, and may not do so for long, or not for all
 * - `problem`: does not work
 * - `unknown`: could not be looked at, because of something else
 */
export type FindingStatus = 'ok' | 'warning' | 'problem' | 'unknown';

/** What a look at one thing has found. */
export interface Finding {
  /** Names the thing, for programs: `nats`. */
  readonly id: string;
  readonly title: string;
  readonly status: FindingStatus;
  readonly detail: string;
  /** A command that mends it, or what to do; only where something is to be mended. */
  readonly fix?: string | undefined;
}

/** Makes a finding; `fix` is for what is to be mended. */
type MakeFinding = (detail: string, fix?: string) => Finding;

/** Makes the findings about one thing. */
export function findingsOf(id: string, title: string): Readonly<Record<FindingStatus, MakeFinding>> {
  const make =
    (status: FindingStatus): MakeFinding =>
    (detail, fix) => ({ id, title, status, detail, ...(fix !== undefined && { fix }) });
  return { ok: make('ok'), warning: make('warning'), problem: make('problem'), unknown: make('unknown') };
}
