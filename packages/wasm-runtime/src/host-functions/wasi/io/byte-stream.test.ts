import { describe, expect, it } from 'vitest';
import { readText } from '../../../testing/stream-values.js';
import { ByteStream, type StreamEnding, streamSource } from './byte-stream.js';
import { copyBytes } from './copy-bytes.js';
import { IterableSource } from './iterable-source.js';
import { MemorySink, MemorySource } from './memory.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);

function streamOf(source: MemorySource): { stream: ByteStream; endings: StreamEnding[] } {
  const endings: StreamEnding[] = [];
  return { stream: new ByteStream(source, (ending) => endings.push(ending)), endings };
}

describe('a stream that the host gives', () => {
  it('has the bytes of its source as chunks and ends with it', async () => {
    const { stream, endings } = streamOf(new MemorySource([bytes('ab'), bytes('cd')]));
    expect(await readText(stream)).toBe('abcd');
    expect(endings).toEqual([{ kind: 'complete' }]);
  });

  it('can be read without a wait where bytes are there', () => {
    const { stream } = streamOf(new MemorySource([bytes('abcd')]));
    expect([stream.isReady(), stream.read(3), stream.read(3)]).toEqual([true, bytes('abc'), bytes('d')]);
    expect(stream.read(3)).toBeUndefined();
  });

  it('waits for bytes that come later', async () => {
    const source = new MemorySource();
    const { stream } = streamOf(source);
    const text = readText(stream);
    source.push(bytes('late'));
    source.end();
    expect(await text).toBe('late');
  });

  it('ends where its source fails, and says why to whoever made it', async () => {
    const source = new MemorySource();
    const { stream, endings } = streamOf(source);
    const cause = new Error('cut');
    source.push(bytes('a'));
    source.fail(cause);
    expect(await readText(stream)).toBe('a');
    expect(endings).toEqual([{ kind: 'failed', cause }]);
  });

  it('cancels its source when its reader drops it, once', async () => {
    const source = new MemorySource();
    const { stream, endings } = streamOf(source);
    await stream[Symbol.asyncIterator]().return?.();
    stream.cancel();
    expect(source.cancelled).toBe(true);
    expect(endings).toEqual([{ kind: 'dropped' }]);
    expect(stream.read(1)).toBeUndefined();
  });
});

describe('a stream that the host gets', () => {
  it('is its own source when the host gave it', () => {
    const { stream } = streamOf(new MemorySource([]));
    expect(streamSource(stream)).toBe(stream);
    expect(streamSource((async function* () {})())).toBeInstanceOf(IterableSource);
  });
});

describe('copying bytes', () => {
  it('waits for room and says whether everything was taken', async () => {
    const sink = new MemorySink(3);
    const copying = copyBytes(new MemorySource([bytes('abcdef')]), sink);
    expect(sink.text()).toBe('abc');
    await sink.ready();
    expect(sink.text()).toBe('def');
    expect(await copying).toBe(true);
  });

  it('cancels a source whose sink is closed', async () => {
    const source = new MemorySource([bytes('abcdef')]);
    const sink = new MemorySink(3);
    const copying = copyBytes(source, sink);
    sink.close();
    expect(await copying).toBe(false);
    expect(source.cancelled).toBe(true);
  });
});
