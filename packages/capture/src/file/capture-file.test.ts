import { describe, expect, it } from 'vitest';
import { CaptureFormatError, captureLine, parseCapture } from './capture-file.js';
import type { CaptureHeader, RecordedInvocation } from './records.js';

const header: CaptureHeader = { kind: 'capture', version: 1, component: 'c', at: '2026-01-01T00:00:00.000Z' };
const invocation: RecordedInvocation = {
  kind: 'invocation',
  at: '2026-01-01T00:00:00.000Z',
  ms: 1,
  input: { export: '', function: 'run', params: {} },
  calls: [],
  outcome: {},
};
const text = [header, invocation].map((record) => `${captureLine(record)}\n`).join('');

describe('a file', () => {
  it('is read as it was written', () => {
    expect(parseCapture(text)).toEqual({ header, invocations: [invocation] });
  });

  it('may have lines of later versions, and a last one that was not written to its end', () => {
    const file = `${text}{"kind":"note"}\n${captureLine(invocation).slice(0, 40)}`;
    expect(parseCapture(file).invocations).toEqual([invocation]);
  });

  it.each([
    ['', 'f.jsonl is empty'],
    ['no JSON\n', 'f.jsonl:1 is no JSON'],
    ['{"kind":"capture","version":2,"component":"c"}\n', 'f.jsonl:1 is no header of a capture of version 1'],
    [`${captureLine(header)}\n{"kind":"invocation"}\n`, 'f.jsonl:2 is no whole invocation'],
    [`${captureLine(header)}\nno JSON\n`, 'f.jsonl:2 is no JSON'],
  ])('is refused by its line: %j', (file, message) => {
    expect(() => parseCapture(file, 'f.jsonl')).toThrow(CaptureFormatError);
    expect(() => parseCapture(file, 'f.jsonl')).toThrow(message);
  });
});
