import { describe, expect, it } from 'vitest';
import { createLineSplitter } from './line-splitter.js';

function split(chunks: readonly Uint8Array[], maxLength?: number): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line), maxLength);
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('line splitter', () => {
  it('joins what was cut and drops line ends and empty lines', () => {
    expect(split([bytes('a'), bytes('b\nc\r\n\nd'), bytes('e')])).toEqual(['ab', 'c', 'de']);
  });

  it('joins a character that was cut', () => {
    const [euro1, ...rest] = bytes('€');
    expect(split([Uint8Array.of(euro1 ?? 0), Uint8Array.from(rest)])).toEqual(['€']);
  });

  it('cuts a line that does not end', () => {
    expect(split([bytes('abcdefg')], 3)).toEqual(['abc', 'def', 'g']);
  });
});
