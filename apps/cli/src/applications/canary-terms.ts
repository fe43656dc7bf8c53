import { type CanaryTerms, defaultCanaryTerms } from '@wasmlattice/applications';
import { usageError } from '../global-options.js';

/** The options of a canary, as commander hands them over. */
export interface CanaryOptions {
  readonly canary?: string;
  readonly for?: string;
  readonly maxErrorRate?: string;
}

/** The terms of the canary that was asked for; `undefined` when none was. */
export function readCanaryTerms({ canary, for: time, maxErrorRate }: CanaryOptions): CanaryTerms | undefined {
  if (canary === undefined) {
    const flag = time !== undefined ? '--for' : maxErrorRate !== undefined ? '--max-error-rate' : undefined;
    if (flag === undefined) return undefined;
    throw usageError(`${flag} is about a canary`, 'give the share of the calls, too, as in --canary 10%');
  }
  const share = readPercent(canary, '--canary');
  if (share === 0) throw usageError('--canary must be above 0%', 'give the share of the calls, as in 10%');
  return {
    share,
    forMs: time === undefined ? defaultCanaryTerms.forMs : readTime(time, '--for'),
    maxErrorRate:
      maxErrorRate === undefined
        ? defaultCanaryTerms.maxErrorRate
        : readPercent(maxErrorRate, '--max-error-rate'),
  };
}

function readPercent(text: string, flag: string): number {
  const number = /^(\d+(?:\.\d+)?)%?$/.exec(text)?.[1];
  const percent = Number(number);
  if (number === undefined || percent > 100) {
    throw usageError(`${flag} must be a percentage, got ${text}`, 'write it as 10% or 0.5%');
  }
  return percent / 100;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

function readTime(text: string, flag: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const unitMs = unit === undefined ? undefined : units[unit];
  if (unitMs === undefined) {
    throw usageError(`${flag} must be a time with its unit, got ${text}`, 'write it as 30s, 5m or 1h');
  }
  return Number(number) * unitMs;
}
