import { PassThrough, Readable, Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { InputStream } from './input-stream.js';
import { OutputStream } from './output-stream.js';
import { ReadableSource } from './readable-source.js';
import { WritableSink } from './writable-sink.js';

async function readAll(source: ReadableSource): Promise<string> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    await source.ready();
    const chunk = source.read(1000);
    if (chunk === undefined) return Buffer.concat(chunks).toString();
    chunks.push(chunk);
  }
}

describe('a node Readable as source', () => {
  it('gives all bytes and the end', async () => {
    const source = new ReadableSource(Readable.from([Buffer.from('hello '), Buffer.from('world')]));
    expect(await readAll(source)).toBe('hello world');
  });

  it('ends when the stream ends without another byte', async () => {
    const stream = new PassThrough();
    const source = new ReadableSource(stream);
    stream.write('x');
    await source.ready();
    expect(source.read(10)).toHaveLength(1);
    stream.end();
    await source.ready();
    expect(source.read(10)).toBeUndefined();
  });

  it('ends when the end came while its reader had yet to read what it was given', async () => {
    const stream = new Readable({ read() {} });
    const source = new ReadableSource(stream);
    stream.push('hello');
    await source.ready();
    expect(source.read(2)).toHaveLength(2);
    await nextTurn();
    stream.push(null);
    await nextTurn();
    expect(source.read(10)).toHaveLength(3);
    await source.ready();
    expect(source.read(10)).toBeUndefined();
  });

  it('reports a stream that had ended before', async () => {
    const stream = Readable.from([]);
    stream.resume();
    await new Promise((resolve) => stream.once('end', resolve));
    expect(new ReadableSource(stream).read(1)).toBeUndefined();
  });

  it('reports the error of the stream, after the bytes before it', async () => {
    const stream = new PassThrough();
    const source = new ReadableSource(stream);
    stream.destroy(new Error('cable cut'));
    await source.ready();
    expect(() => source.read(10)).toThrow('cable cut');
  });

  it('reports a stream that closes before its end', async () => {
    const stream = new PassThrough();
    const source = new ReadableSource(stream);
    stream.destroy();
    await source.ready();
    expect(() => source.read(10)).toThrow('closed before its end');
  });

  it('reads ahead no further than the stream itself buffers', async () => {
    let produced = 0;
    const stream = new Readable({
      highWaterMark: 1024,
      read(size) {
        produced += size;
        this.push(Buffer.alloc(size));
      },
    });
    const source = new ReadableSource(stream);
    const input = new InputStream(source);
    for (let consumed = 0; consumed < 100_000; ) {
      consumed += (await input.blockingRead(100n)).length;
      expect(produced - consumed).toBeLessThanOrEqual(2 * 1024);
    }
    input[Symbol.dispose]();
  });

  it('destroys the stream when the guest drops it', () => {
    const stream = new PassThrough();
    new InputStream(new ReadableSource(stream))[Symbol.dispose]();
    expect(stream.destroyed).toBe(true);
  });
});

/** A Writable that takes a chunk only when told to. */
class SlowWritable extends Writable {
  received = 0;
  #takeNext: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 1024 });
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.#takeNext = () => {
      this.received += chunk.length;
      callback();
    };
  }

  take(): void {
    const take = this.#takeNext;
    this.#takeNext = undefined;
    take?.();
  }
}

describe('a node Writable as sink', () => {
  it('lets the guest get ahead by a bounded number of bytes', async () => {
    const stream = new SlowWritable();
    const output = new OutputStream(new WritableSink(stream));
    let written = 0;
    while (written < 50_000) {
      const permit = Number(output.checkWrite());
      if (permit === 0) {
        const blocked = output.subscribe().block();
        stream.take();
        await blocked;
        continue;
      }
      void output.write(new Uint8Array(permit));
      written += permit;
      expect(written - stream.received).toBeLessThanOrEqual(2 * 1024);
    }
  });

  it('completes a flush when the stream has handed on every byte', async () => {
    const stream = new SlowWritable();
    const output = new OutputStream(new WritableSink(stream));
    let flushed = false;
    const written = Promise.resolve(output.blockingWriteAndFlush(new Uint8Array(10))).then(() => {
      flushed = true;
    });
    await new Promise(setImmediate);
    expect(flushed).toBe(false);
    expect(output.checkWrite()).toBe(0n);
    stream.take();
    await written;
    expect(stream.received).toBe(10);
  });

  it('fails writes that wait when the stream fails', async () => {
    const stream = new SlowWritable();
    const output = new OutputStream(new WritableSink(stream));
    const written = output.blockingWriteAndFlush(new Uint8Array(5000));
    stream.destroy(new Error('disk full'));
    await expect(written).rejects.toMatchObject({ payload: { tag: 'last-operation-failed' } });
  });

  it('is closed when the stream is destroyed without an error', async () => {
    const stream = new SlowWritable();
    const output = new OutputStream(new WritableSink(stream));
    stream.destroy();
    expect(() => output.checkWrite()).toThrow(expect.objectContaining({ payload: { tag: 'closed' } }));
  });

  it('ends the stream when the guest drops it, unless told to keep it', () => {
    const ended = new PassThrough();
    new OutputStream(new WritableSink(ended))[Symbol.dispose]();
    expect(ended.writableEnded).toBe(true);
    const kept = new PassThrough();
    new OutputStream(new WritableSink(kept, { end: false }))[Symbol.dispose]();
    expect(kept.writableEnded).toBe(false);
  });
});
