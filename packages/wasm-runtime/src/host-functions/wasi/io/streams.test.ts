import { describe, expect, it } from 'vitest';
import { GuestMisuseError, ResultError } from './errors.js';
import { InputStream, type StreamError } from './input-stream.js';
import type { IoError } from './io-error.js';
import { MemorySink, MemorySource } from './memory.js';
import { OutputStream } from './output-stream.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (data: Uint8Array): string => Buffer.from(data).toString();

/** The stream-error that `action` gives to the guest. */
async function streamError(action: () => unknown): Promise<StreamError> {
  try {
    await action();
  } catch (thrown) {
    if (thrown instanceof ResultError) return thrown.payload as StreamError;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

async function failureText(action: () => unknown): Promise<string> {
  const error = await streamError(action);
  expect(error.tag).toBe('last-operation-failed');
  return (error as { val: IoError }).val.toDebugString();
}

describe('input-stream', () => {
  it('reads what is there, at most what is asked for', async () => {
    const stream = new InputStream(new MemorySource([bytes('hello')]));
    expect(text(await stream.read(3n))).toBe('hel');
    expect(text(await stream.read(100n))).toBe('lo');
  });

  it('reads nothing while nothing is there', () => {
    expect(new InputStream(new MemorySource()).read(5n)).toHaveLength(0);
  });

  it('accepts the longest length WIT has', async () => {
    const stream = new InputStream(new MemorySource([bytes('x')]));
    expect(text(await stream.read(2n ** 64n - 1n))).toBe('x');
  });

  it('waits for bytes in a blocking read', async () => {
    const source = new MemorySource();
    const read = new InputStream(source).blockingRead(10n);
    source.push(bytes('late'));
    expect(text(await read)).toBe('late');
  });

  it('does not suspend a blocking read when bytes are there', () => {
    expect(new InputStream(new MemorySource([bytes('now')])).blockingRead(10n)).toBeInstanceOf(Uint8Array);
  });

  it('is closed at the end, and stays closed', async () => {
    const stream = new InputStream(new MemorySource([]));
    expect(await streamError(() => stream.read(1n))).toEqual({ tag: 'closed' });
    expect(await streamError(() => stream.blockingRead(1n))).toEqual({ tag: 'closed' });
  });

  it('ends a blocking read that waits when the source ends', async () => {
    const source = new MemorySource();
    const read = new InputStream(source).blockingRead(1n);
    source.end();
    expect(await streamError(() => read)).toEqual({ tag: 'closed' });
  });

  it('tells of a failure once and is closed afterwards', async () => {
    const source = new MemorySource([bytes('x')]);
    const stream = new InputStream(source);
    source.fail(new Error('cable cut'));
    expect(text(await stream.read(10n))).toBe('x');
    expect(await failureText(() => stream.read(10n))).toBe('cable cut');
    expect(await streamError(() => stream.read(10n))).toEqual({ tag: 'closed' });
  });

  it('skips like it reads', async () => {
    const source = new MemorySource();
    const stream = new InputStream(source);
    expect(stream.skip(10n)).toBe(0n);
    const skipped = stream.blockingSkip(2n);
    source.push(bytes('abc'));
    expect(await skipped).toBe(2n);
    expect(stream.blockingSkip(10n)).toBe(1n);
  });

  it('cancels its source when the guest drops it', () => {
    const source = new MemorySource();
    new InputStream(source)[Symbol.dispose]();
    expect(source.cancelled).toBe(true);
  });

  it('has a pollable that is ready for bytes, the end and a failure', () => {
    const states: ((source: MemorySource) => void)[] = [
      (source) => source.push(bytes('x')),
      (source) => source.end(),
      (source) => source.fail(new Error('gone')),
    ];
    for (const change of states) {
      const source = new MemorySource();
      const pollable = new InputStream(source).subscribe();
      expect(pollable.ready()).toBe(false);
      change(source);
      expect(pollable.ready()).toBe(true);
    }
  });
});

describe('output-stream', () => {
  it('permits what its sink takes', () => {
    const stream = new OutputStream(new MemorySink(8));
    expect(stream.checkWrite()).toBe(8n);
    void stream.write(bytes('hello'));
    expect(stream.checkWrite()).toBe(3n);
  });

  it('traps a guest that writes more than it may', () => {
    const stream = new OutputStream(new MemorySink(3));
    expect(() => stream.write(bytes('hello'))).toThrow(GuestMisuseError);
    expect(() => stream.writeZeroes(4n)).toThrow(GuestMisuseError);
  });

  it('is not ready while its sink is full', async () => {
    const sink = new MemorySink(4);
    const stream = new OutputStream(sink);
    void stream.write(bytes('full'));
    const pollable = stream.subscribe();
    expect(pollable.ready()).toBe(false);
    const blocked = pollable.block();
    sink.take();
    await blocked;
    expect(stream.checkWrite()).toBe(4n);
  });

  it('writes in parts as its sink makes room', async () => {
    const sink = new MemorySink(4);
    const written = new OutputStream(sink).blockingWriteAndFlush(bytes('0123456789'));
    let received = '';
    while (received.length < 10) {
      received += sink.text();
      await Promise.resolve();
    }
    await written;
    expect(received).toBe('0123456789');
    expect(sink.flushes).toBe(1);
  });

  it('does not suspend a blocking write when there is room', () => {
    const sink = new MemorySink();
    expect(new OutputStream(sink).blockingWriteAndFlush(bytes('now'))).toBeUndefined();
    expect(sink.text()).toBe('now');
  });

  it('is closed once its sink is, also for writes that wait', async () => {
    const sink = new MemorySink(1);
    const stream = new OutputStream(sink);
    const written = stream.blockingWriteAndFlush(bytes('abc'));
    sink.close();
    expect(await streamError(() => written)).toEqual({ tag: 'closed' });
    expect(await streamError(() => stream.checkWrite())).toEqual({ tag: 'closed' });
    expect(await streamError(() => stream.write(bytes('x')))).toEqual({ tag: 'closed' });
    expect(await streamError(() => stream.flush())).toEqual({ tag: 'closed' });
  });

  it('tells of a failure once and is closed afterwards', async () => {
    const sink = new MemorySink();
    const stream = new OutputStream(sink);
    sink.fail(new Error('disk full'));
    expect(await failureText(() => stream.checkWrite())).toBe('disk full');
    expect(await streamError(() => stream.checkWrite())).toEqual({ tag: 'closed' });
  });

  it('writes zeroes', async () => {
    const sink = new MemorySink();
    const stream = new OutputStream(sink);
    void stream.writeZeroes(3n);
    await stream.blockingWriteZeroesAndFlush(200_000n);
    const written = sink.take();
    expect(written).toHaveLength(200_003);
    expect(written.every((byte) => byte === 0)).toBe(true);
  });

  it('writes no zeroes without end', async () => {
    const sink = new MemorySink();
    await expect(new OutputStream(sink).blockingWriteZeroesAndFlush(1n << 63n)).rejects.toThrow(
      'the guest wrote 9223372036854775808 zeroes at once; 1048576 are allowed',
    );
    expect(sink.take()).toHaveLength(0);
  });

  it('splices what both sides can take now', () => {
    const sink = new MemorySink(4);
    const stream = new OutputStream(sink);
    const source = new InputStream(new MemorySource([bytes('hello world')]));
    expect(stream.splice(source, 3n)).toBe(3n);
    expect(stream.splice(source, 100n)).toBe(1n);
    expect(sink.text()).toBe('hell');
  });

  it('waits for both sides in a blocking splice', async () => {
    const sink = new MemorySink(4);
    const stream = new OutputStream(sink);
    const source = new MemorySource();
    void stream.write(bytes('full'));
    const spliced = stream.blockingSplice(new InputStream(source), 100n);
    expect(sink.text()).toBe('full');
    source.push(bytes('more'));
    expect(await spliced).toBe(4n);
    expect(sink.text()).toBe('more');
  });

  it('closes its sink when the guest drops it', () => {
    const sink = new MemorySink();
    new OutputStream(sink)[Symbol.dispose]();
    expect(sink.closed).toBe(true);
  });
});
