import { describe, expect, it } from 'vitest';
import { describeError } from './describe-error.js';

describe('describeError', () => {
  it('lists causes from the outside in', () => {
    const error = new RangeError('outer', { cause: new Error('middle', { cause: 'a plain string' }) });
    expect(describeError(error)).toBe(
      'RangeError: outer; caused by: Error: middle; caused by: a plain string',
    );
  });

  it('lists the members of an aggregate', () => {
    expect(describeError(new AggregateError([new Error('a'), 'b'], 'both failed'))).toBe(
      'AggregateError: both failed [Error: a | b]',
    );
  });

  it('ends on a cycle and on values that cannot be printed', () => {
    const error = new Error('a');
    error.cause = error;
    expect(describeError(error)).toBe('Error: a; caused by: [circular]');
    expect(describeError(Object.create(null))).toBe('[unprintable error]');
    expect(describeError(undefined)).toBe('');
  });
});
