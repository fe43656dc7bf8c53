import { ok } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { OutputStream } from '../io/index.js';
import { BlobPipe } from './blob-pipe.js';
import { incomingSource } from './incoming-source.js';

describe('a value on its way to a slow store', () => {
  it('makes the guest wait beyond 256 KiB, until the store takes more', async () => {
    const pipe = new BlobPipe();
    const stream = new OutputStream(pipe);
    const store = pipe.take();
    const first = store.next();
    void stream.write(new Uint8Array(64 * 1024));
    expect((await first).value).toHaveLength(64 * 1024);

    void stream.write(new Uint8Array(Number(stream.checkWrite())));
    expect(stream.checkWrite()).toBe(0n);
    expect(pipe.isReady()).toBe(false);
    const waiting = pipe.ready();
    expect((await store.next()).value).toHaveLength(64 * 1024);
    await waiting;
    expect(stream.checkWrite()).toBe(64n * 1024n);
  });

  it('is flushed when the store has taken all of it', async () => {
    const pipe = new BlobPipe();
    const stream = new OutputStream(pipe);
    const store = pipe.take();
    const first = store.next();
    const flushed = Promise.resolve(stream.blockingWriteAndFlush(new Uint8Array(100_000)));
    await first;
    expect(pipe.isReady()).toBe(false);
    await store.next();
    await flushed;
  });

  it('is refused once the store wants no more', async () => {
    const pipe = new BlobPipe();
    const stream = new OutputStream(pipe);
    const store = pipe.take();
    const first = store.next();
    void stream.write(Uint8Array.of(1));
    await first;
    await store.return(undefined);
    expect(() => stream.checkWrite()).toThrow(expect.objectContaining({ payload: { tag: 'closed' } }));
  });
});

describe('data on its way to a slow guest', () => {
  it('is asked for one chunk ahead of the guest', async () => {
    let sent = 0;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (;;) {
        sent += 1;
        yield new Uint8Array(10);
      }
    }
    const source = incomingSource({ stream: chunks(), status: Promise.resolve(ok()) });
    await source.ready();
    expect(sent).toBe(1);
    source.read(4);
    expect(sent).toBe(1);
    source.read(6);
    await source.ready();
    expect(sent).toBe(2);
    source.cancel();
  });
});
