import { describe, expect, it } from 'vitest';
import { LogLineSink } from './log-line-sink.js';

function linesOf(...writes: readonly (string | Uint8Array)[]): string[] {
  const lines: string[] = [];
  const sink = new LogLineSink((line) => lines.push(line));
  for (const bytes of writes) sink.write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  sink.close();
  return lines;
}

describe('the log of a guest', () => {
  it('has a record for each line, wherever the writes were cut', () => {
    expect(linesOf('one\ntw', 'o\n', 'three')).toEqual(['one', 'two', 'three']);
  });

  it('keeps empty lines and drops carriage returns', () => {
    expect(linesOf('one\r\n\r\ntwo\n')).toEqual(['one', '', 'two']);
  });

  it('puts characters together that were cut between writes', () => {
    const bytes = Buffer.from('größe\n');
    expect(linesOf(bytes.subarray(0, 3), bytes.subarray(3))).toEqual(['größe']);
  });

  it('survives bytes that are no text', () => {
    expect(linesOf(Uint8Array.of(0xff, 0xfe, 0x0a))).toEqual(['\ufffd\ufffd']);
  });

  it('cuts a line that never ends', () => {
    const lines = linesOf('x'.repeat(20_000), 'x'.repeat(20_000), '\n', 'y'.repeat(40_000), '\n');
    expect(Math.max(...lines.map((line) => line.length))).toBe(16 * 1024);
    expect(lines.join('')).toBe('x'.repeat(40_000) + 'y'.repeat(40_000));
  });

  it('says nothing about a guest that wrote nothing', () => {
    expect(linesOf()).toEqual([]);
  });
});
