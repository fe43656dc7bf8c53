import { describe, expect, it } from 'vitest';
import { causeChain } from './cause-chain.js';

describe('causeChain', () => {
  it('joins the messages, outermost first', () => {
    const error = new Error('failed to fetch component', {
      cause: new Error('could not open a.wasm', { cause: 'ENOENT' }),
    });
    expect(causeChain(error)).toBe('failed to fetch component: could not open a.wasm: ENOENT');
  });

  it('names an error that has no message', () => {
    expect(causeChain(new TypeError())).toBe('TypeError');
  });

  it('ends, whatever the causes are', () => {
    const error = new Error('again');
    error.cause = error;
    expect(causeChain(error).split(': ')).toHaveLength(16);
  });
});
