// Lengths of `humantime`, whose months and years are those of a mean Julian year.
const units: readonly (readonly [seconds: number, singular: string, plural: string])[] = [
  [31_557_600, 'year', 'years'],
  [2_630_016, 'month', 'months'],
  [86_400, 'day', 'days'],
  [3_600, 'h', 'h'],
  [60, 'm', 'm'],
  [1, 's', 's'],
];

/** `uptime_human` for whole seconds: `0s`, `2m 21s`, `1day 2h` (docs/spec/control-interface.md#8). */
export function formatUptime(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.floor(seconds);
  for (const [length, singular, plural] of units) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count}${count === 1 ? singular : plural}`);
  }
  return parts.length === 0 ? '0s' : parts.join(' ');
}
