import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { FrameReader, sendFrame } from './frames.js';

function sent(...texts: string[]): Buffer {
  const chunks: Buffer[] = [];
  const channel = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk);
      done();
    },
  });
  for (const text of texts) sendFrame(channel, Buffer.from(text));
  return Buffer.concat(chunks);
}

function readerOf(maxBytes: number) {
  const taken: string[] = [];
  return { taken, reader: new FrameReader(maxBytes, (bytes) => taken.push(bytes.toString())) };
}

describe('pieces of bytes', () => {
  it('arrive as they were sent, however the channel cuts them', () => {
    const bytes = sent('one', '', 'three', 'x'.repeat(1_000));
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const { reader, taken } = readerOf(1_000);
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
      expect(taken).toEqual(['one', '', 'three', 'x'.repeat(1_000)]);
    }
  });

  it('are refused beyond their limit before they are kept', () => {
    const { reader, taken } = readerOf(4);
    expect(() => reader.push(sent('four', 'fives').subarray(0, 12))).toThrow(
      'a message of 5 bytes was announced, of at most 4',
    );
    expect(taken).toEqual(['four']);
  });
});
