/** What was measured, and the same for the baseline, both in the measurement's unit. */
export interface Measured {
  readonly value: number;
  readonly baseline: number;
  /** What else was seen, for who reads the table. */
  readonly note?: string;
}

/** Why there is nothing to measure: this machine lacks what it needs, and nothing is wrong. */
export interface Skipped {
  readonly skipped: string;
}

/** One row of the table. */
export interface Measurement {
  /** Never changes once published: others compare runs by it. */
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  /** The ratio to reach: at least with `higher`, at most with `lower`. Absent where nobody set one. */
  readonly target?: number;
  /** What is measured, in a few words. */
  readonly title: string;
  /** What it is compared with, in a few words; a figure that stands for itself has the baseline 1. */
  readonly baseline: string;
  /** Brings up what it needs, measures, and leaves nothing behind. */
  measure(): Promise<Measured | Skipped>;
}

/** A row as programs read it. */
export type Row = MeasuredRow | SkippedRow;

interface RowHead {
  readonly name: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly target?: number;
}

/** `ratio` is `value / baseline`. */
export interface MeasuredRow extends RowHead {
  readonly value: number;
  readonly baseline: number;
  readonly ratio: number;
  readonly note?: string;
}

export interface SkippedRow extends RowHead, Skipped {}
