import { t } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { copyResults } from './events.js';
import { HostSource, HostTarget } from './host-buffer.js';
import { SharedFuture } from './shared-future.js';
import { SharedStream } from './shared-stream.js';

const one = {};
const other = {};

/** A side of a copy that takes its buffer back as soon as something was copied, and what it was told. */
function side<Buffer>(buffer: Buffer, party: object) {
  const told: (number | string)[] = [];
  const copy = {
    party,
    buffer,
    onCopied: (reclaim: () => void): void => {
      told.push('copied');
      reclaim();
    },
    onDone: (result: number): void => {
      told.push(result);
    },
  };
  return { copy, told };
}

describe('a stream', () => {
  it('copies as much as both sides have room for, whoever came first', () => {
    const stream = new SharedStream(t.u8);
    const target = new HostTarget(3);
    const reader = side(target, one);
    stream.read(reader.copy);
    expect(stream.pendingSide).toBe('read');
    const source = new HostSource(Uint8Array.of(1, 2, 3, 4));
    const writer = side(source, other);
    stream.write(writer.copy);
    expect(target.chunk).toEqual(Uint8Array.of(1, 2, 3));
    expect(source.progress).toBe(3);
    expect(reader.told).toEqual(['copied']);
    expect(writer.told).toEqual([copyResults.completed]);
    expect(stream.pendingSide).toBeUndefined();
  });

  it('tells the side that waits of a cancellation, or that the other is gone', () => {
    const stream = new SharedStream(t.u8);
    const cancelled = side(new HostTarget(1), one);
    stream.read(cancelled.copy);
    stream.cancel();
    expect(cancelled.told).toEqual([copyResults.cancelled]);
    const left = side(new HostTarget(1), one);
    stream.read(left.copy);
    stream.drop();
    stream.drop();
    expect(left.told).toEqual([copyResults.dropped]);
    const late = side(new HostSource(Uint8Array.of(1)), other);
    stream.write(late.copy);
    expect(late.told).toEqual([copyResults.dropped]);
  });

  it('lets a write of nothing find out whether anybody reads', () => {
    const stream = new SharedStream(undefined);
    const probe = side(new HostSource([]), other);
    stream.write(probe.copy);
    expect(probe.told).toEqual([]);
    const reader = side(new HostTarget(2), one);
    stream.read(reader.copy);
    expect(probe.told).toEqual([copyResults.completed]);
    expect(stream.pendingSide).toBe('read');
  });

  it('passes to its own writer numbers only', () => {
    const stream = new SharedStream(t.string);
    stream.write(side(new HostSource(['a']), one).copy);
    expect(() => stream.read(side(new HostTarget(1), one).copy)).toThrow(/unless it is numbers/);
  });
});

describe('a future', () => {
  it('passes one value', () => {
    const future = new SharedFuture(t.string);
    const writer = side(new HostSource(['a']), other);
    future.write(writer.copy);
    const target = new HostTarget(1);
    const reader = side(target, one);
    future.read(reader.copy);
    expect(target.chunk).toEqual(['a']);
    expect([writer.told, reader.told]).toEqual([[copyResults.completed], [copyResults.completed]]);
  });

  it('tells its writer that nobody reads', () => {
    const future = new SharedFuture(t.u8);
    future.drop();
    const writer = side(new HostSource([1]), other);
    future.write(writer.copy);
    expect(writer.told).toEqual([copyResults.dropped]);
  });
});
