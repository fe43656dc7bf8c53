import { describe, expect, it } from 'vitest';
import { OutputTail } from './output-tail.js';

describe('the end of what a guest wrote', () => {
  it('is all of it while it is short, with the line that has no end yet', () => {
    let rest = '';
    const tail = new OutputTail(() => rest);
    expect(tail.text).toBe('');
    tail.add('panicked at src/lib.rs:7');
    tail.add('');
    rest = 'note: run with';
    expect(tail.text).toBe('panicked at src/lib.rs:7\n\nnote: run with');
  });

  it('is its last 8 Ki characters, however much that was', () => {
    const tail = new OutputTail(() => '');
    for (let line = 0; line < 100_000; line++) tail.add(`line ${line}`);
    expect(tail.text).toHaveLength(8 * 1024 + 1);
    expect(tail.text).toMatch(/^….*\nline 99998\nline 99999$/s);
    tail.add('x'.repeat(16 * 1024));
    expect(tail.text).toBe(`…${'x'.repeat(8 * 1024)}`);
  });

  it('is of lines that are all empty, too', () => {
    const tail = new OutputTail(() => 'end');
    for (let line = 0; line < 100_000; line++) tail.add('');
    expect(tail.text).toBe(`…${'\n'.repeat(8 * 1024 - 3)}end`);
  });
});
