import { usageError } from './global-options.js';

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

const longestMs = unitsMs.h;

/** `90s`, `5m`, `1h`, `500ms`; a number alone is seconds. In ms. */
export function readDuration(text: string, flag: string): number {
  const [, digits, unit = 's'] = /^(\d{1,7})(ms|s|m|h)?$/.exec(text) ?? [];
  const ms = Number(digits) * unitsMs[unit as keyof typeof unitsMs];
  if (ms > 0 && ms <= longestMs) return ms;
  throw usageError(`${flag} is \`${text}\``, 'give a time up to an hour, such as 90s or 5m');
}
