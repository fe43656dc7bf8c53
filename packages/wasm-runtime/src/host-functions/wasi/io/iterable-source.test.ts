import { describe, expect, it } from 'vitest';
import { IterableSource } from './iterable-source.js';

async function* bytes(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function textOf(source: IterableSource): Promise<string> {
  let text = '';
  for (;;) {
    const chunk = source.read(4);
    if (chunk === undefined) return text;
    if (chunk.length === 0) await source.ready();
    text += Buffer.from(chunk).toString();
  }
}

/** A sender that sends only when it is told to. */
class Sender implements AsyncIterable<Uint8Array> {
  asked = 0;
  left = 0;
  #next = Promise.withResolvers<IteratorResult<Uint8Array>>();

  send(chunk: string): void {
    this.#next.resolve({ done: false, value: Buffer.from(chunk) });
  }

  fail(error: Error): void {
    this.#next.reject(error);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: () => {
        this.asked++;
        this.#next = Promise.withResolvers();
        return this.#next.promise;
      },
      return: async () => {
        this.left++;
        return { done: true, value: undefined };
      },
    };
  }
}

describe('an iterable source', () => {
  it('gives all bytes in order, in pieces as large as the guest wants, and leaves empty chunks out', async () => {
    expect(await textOf(new IterableSource(bytes('hello', '', ' ', 'world')))).toBe('hello world');
  });

  it('asks for a chunk when the guest wants one, and for one only', async () => {
    const sender = new Sender();
    const source = new IterableSource(sender);
    expect([sender.asked, source.isReady()]).toEqual([0, false]);
    const ready = source.ready();
    source.read(1);
    expect(sender.asked).toBe(1);
    sender.send('ab');
    await ready;
    source.read(1);
    expect(sender.asked).toBe(1);
    source.read(1);
    source.read(1);
    expect(sender.asked).toBe(2);
  });

  it('is over at once when the guest drops it while it waits, and tells its sender once', async () => {
    const sender = new Sender();
    let over = 0;
    const source = new IterableSource(sender, { onOver: () => over++ });
    const ready = source.ready();
    source.cancel();
    source.cancel();
    await ready;
    sender.send('late');
    expect([source.read(1), sender.left, over]).toEqual([undefined, 1, 1]);
  });

  it('fails with what its owner makes of the cause', async () => {
    const sender = new Sender();
    const source = new IterableSource(sender, { failure: (cause) => new Error('broken', { cause }) });
    const ready = source.ready();
    sender.fail(new Error('gone'));
    await ready;
    expect(() => source.read(1)).toThrow('broken');
  });

  it('is not complete when its owner says so at the end', async () => {
    const source = new IterableSource(bytes('half'), {
      atEnd: () => Promise.reject(new Error('the other half is missing')),
    });
    await expect(textOf(source)).rejects.toThrow('the other half is missing');
  });

  it('fails when no chunk comes for too long, and tells its sender', async () => {
    const sender = new Sender();
    const source = new IterableSource(sender, {
      patience: { ms: 1, failure: () => new Error('too slow') },
    });
    await source.ready();
    expect(() => source.read(1)).toThrow('too slow');
    expect(sender.left).toBe(1);
  });

  it('can be ended by its owner, for guest and sender', () => {
    const sender = new Sender();
    const source = new IterableSource(sender);
    source.fail(new Error('the invocation is over'));
    expect(() => source.read(1)).toThrow('the invocation is over');
    expect(sender.left).toBe(1);
  });
});
