/** Both run by the same clock of the machine, and the first one is cheap. */
const offsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Time in ms by a clock that all threads of the process share and that nobody can set. */
export function monotonicMs(): number {
  return offsetMs + performance.now();
}

/**
 * A time of {@link monotonicMs} as a shared `Int32`, in whole ms, never 0, which stands for no time. It comes round after 49
 * days; what is compared is never half as far apart.
 */
export function toTimeCell(ms: number): number {
  return Math.floor(ms) | 0 || 1;
}

/** How long ago the time in a cell was, in ms; 0 for one to come, since threads round differently. */
export function msSince(cell: number, now: number): number {
  return Math.max(0, (Math.floor(now) - cell) | 0);
}
