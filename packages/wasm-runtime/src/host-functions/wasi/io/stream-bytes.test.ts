import { describe, expect, it } from 'vitest';
import { InputStream } from './input-stream.js';
import { MemorySource } from './memory.js';
import { OwnedChunks } from './owned-chunks.js';
import { streamBytes } from './stream-bytes.js';

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += Buffer.from(chunk).toString();
  return text;
}

describe('the bytes of an input-stream', () => {
  it('come in order and end with the stream, which is dropped then', async () => {
    const source = new MemorySource();
    let over = 0;
    const bytes = new OwnedChunks(streamBytes(new InputStream(source)), () => over++);
    const text = textOf(bytes);
    source.push(Buffer.from('a'));
    source.push(Buffer.from('b'));
    source.end();
    expect([await text, source.cancelled, over]).toEqual(['ab', true, 1]);
    expect(await bytes.next()).toEqual({ done: true, value: undefined });
  });

  it('break off where the stream does, with its reason', async () => {
    const source = new MemorySource();
    source.push(Buffer.from('a'));
    source.fail(new Error('the disk is gone'));
    await expect(textOf(new OwnedChunks(streamBytes(new InputStream(source))))).rejects.toThrow(
      'the stream broke off: the disk is gone',
    );
  });

  it('end at once when their reader leaves while it waits', async () => {
    const source = new MemorySource();
    const bytes = new OwnedChunks(streamBytes(new InputStream(source)));
    const waiting = bytes.next();
    await bytes.return();
    expect([await waiting, source.cancelled]).toEqual([{ done: true, value: undefined }, true]);
  });

  it('fail for who waits when they are ended early', async () => {
    const source = new MemorySource();
    const bytes = new OwnedChunks(streamBytes(new InputStream(source)));
    const waiting = bytes.next();
    bytes.fail(new Error('the invocation is over'));
    bytes.fail(new Error('again'));
    await expect(waiting).rejects.toThrow('the invocation is over');
    expect(source.cancelled).toBe(true);
  });
});
