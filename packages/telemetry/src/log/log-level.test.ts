import { describe, expect, it } from 'vitest';
import { isLevelEnabled, logLevels, parseLogLevel } from './log-level.js';

describe('parseLogLevel', () => {
  it('takes every level in any case', () => {
    for (const level of logLevels) {
      expect(parseLogLevel(level)).toBe(level);
      expect(parseLogLevel(` ${level.toUpperCase()}\n`)).toBe(level);
    }
  });

  it('knows no other name', () => {
    expect(['', 'warning', 'critical', 'constructor', '5'].map(parseLogLevel)).toEqual(
      Array(5).fill(undefined),
    );
  });
});

describe('isLevelEnabled', () => {
  it('keeps what is at least as severe as the threshold', () => {
    expect(logLevels.filter((level) => isLevelEnabled('info', level))).toEqual(['error', 'warn', 'info']);
  });
});
