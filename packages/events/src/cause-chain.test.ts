import { describe, expect, it } from 'vitest';
import { causeChain } from './cause-chain.js';

describe('causeChain', () => {
  it('says what a message has of its cause once', () => {
    const cause = new Error('no such file');
    expect(causeChain(new Error('could not start: no such file', { cause }))).toBe(
      'could not start: no such file',
    );
  });

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
    error.cause = new Error('and then', { cause: new Error('once more', { cause: error }) });
    expect(causeChain(error).split(': ')).toHaveLength(16);
  });
});
