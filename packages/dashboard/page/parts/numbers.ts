const few = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** `0`, `0.25`, `12`, `1,230`. */
export function amount(value: number): string {
  return few.format(value);
}

/** `0.4 ms`, `12 ms`, `1.2 s`. */
export function milliseconds(value: number): string {
  return value < 1_000 ? `${few.format(value)} ms` : `${few.format(value / 1_000)} s`;
}

/** `0 MB`, `123 MB`, `1.2 GB`. */
export function bytes(value: number): string {
  return value < 1e9 ? `${few.format(value / 1e6)} MB` : `${few.format(value / 1e9)} GB`;
}
