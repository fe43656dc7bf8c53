import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { OptionalWait } from '../../../engines/optional-wait.js';
import { InputStream } from './input-stream.js';
import { IterableSource } from './iterable-source.js';
import { MemorySink, MemorySource } from './memory.js';
import { OutputStream } from './output-stream.js';
import { Pollable, poll } from './pollable.js';

const always = { isReady: () => true, ready: () => Promise.resolve() };

/** How many calls there are until one has the guest wait. */
function callsUntilWait(call: () => unknown): number {
  for (let count = 1; count <= 1_000; count++) if (call() instanceof OptionalWait) return count;
  throw new Error('no call has the guest wait');
}

describe('calls that find nothing', () => {
  it('have the guest wait for a turn of the event loop after a few, again and again', async () => {
    const stream = new InputStream(new MemorySource());
    const first = callsUntilWait(() => stream.read(1n));
    expect(first).toBeGreaterThan(1);
    expect(callsUntilWait(() => stream.read(1n))).toBe(first);

    let isOver = false;
    callsUntilWait(() => {
      const found = stream.read(1n);
      if (found instanceof OptionalWait) void found.then(() => (isOver = true));
      return found;
    });
    for (let i = 0; i < 100; i++) await Promise.resolve();
    expect(isOver).toBe(false);
    await nextTurn();
    expect(isOver).toBe(true);
  });

  it('give what they found', async () => {
    const source = new MemorySource();
    const stream = new OutputStream(new MemorySink(4));
    void stream.write(Buffer.from('abc'));
    const found = Array.from({ length: 100 }, () => stream.checkWrite());
    expect(new Set(await Promise.all(found))).toEqual(new Set([1n]));
    const pollables = [new Pollable(source), new Pollable(always)];
    for (let i = 0; i < 100; i++) expect(await poll(pollables)).toEqual(Uint32Array.of(1));
  });

  it('are counted for a stream, whichever way it is asked', () => {
    const output = new OutputStream(new MemorySink(0));
    let turn = 0;
    const ways = [
      () => output.checkWrite(),
      () => output.flush(),
      () => output.write(new Uint8Array(0)),
      () => output.writeZeroes(0n),
      () => output.splice(new InputStream(new MemorySource()), 5n),
      () => output.subscribe().ready(),
    ];
    expect(callsUntilWait(() => ways[turn++ % ways.length]?.())).toBeLessThan(20);
    expect(turn).toBeGreaterThan(ways.length);
  });

  it('ask for what nobody waits for', async () => {
    const source = (): IterableSource =>
      new IterableSource(
        (async function* () {
          yield Buffer.from('x');
        })(),
      );
    const stream = new InputStream(source());
    while (!(await stream.subscribe().ready()));
    const polled = [new Pollable(always), new InputStream(source()).subscribe()];
    while (!(await poll(polled)).includes(1));
  });

  it('are forgotten when data has moved', () => {
    const source = new MemorySource();
    const input = new InputStream(source);
    const output = new OutputStream(new MemorySink());
    const kept: unknown[] = [];
    for (let i = 0; i < 100; i++) {
      source.push(Buffer.from('x'));
      kept.push(input.subscribe().ready(), input.read(1n), input.read(1n));
      kept.push(output.checkWrite(), output.write(Buffer.from('x')), output.flush());
    }
    expect(kept.filter((found) => found instanceof OptionalWait)).toEqual([]);
  });

  it('are not forgotten when something else is ready', () => {
    const waiting = new InputStream(new MemorySource());
    const busy = new InputStream(new MemorySource(Array.from({ length: 1_000 }, () => Buffer.from('x'))));
    expect(
      callsUntilWait(() => {
        void busy.read(1n);
        return waiting.read(1n);
      }),
    ).toBeLessThan(100);
    expect(callsUntilWait(() => new Pollable(always).block() ?? waiting.subscribe().ready())).toBeLessThan(
      100,
    );
  });
});
