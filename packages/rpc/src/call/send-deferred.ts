import { type DeferredValue, EncodeScope, type IndexPath } from '../codec/deferred.js';
import { encoderOf, unflattened } from '../codec/encode.js';
import { Writer } from '../codec/writer.js';
import type { ByteSink } from './byte-channel.js';

const endOfStream = Uint8Array.of(0);

/**
 * Sends streams and futures, each on the channel of its path, all at once. Streams are pulled: the next chunk is
 * asked for when the sink takes more. Settles when all are sent; rejects with the first failure, after every
 * channel was closed.
 */
export async function sendDeferred(
  values: readonly DeferredValue[],
  open: (path: IndexPath) => ByteSink,
): Promise<void> {
  const outcomes = await Promise.allSettled(values.map((value) => sendOne(value, open)));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

/** Tells the sources of what will not be sent, which may wait for their reader. */
export function leaveDeferred(values: readonly DeferredValue[]): void {
  for (const one of values) leave(one).catch(() => {});
}

/** Rejects for a stream that somebody else reads, and for a future that failed. */
async function leave({ type, value }: DeferredValue): Promise<void> {
  if (type.kind === 'stream') await (value as AsyncIterable<unknown>)[Symbol.asyncIterator]().return?.();
  else await value;
}

async function sendOne(value: DeferredValue, open: (path: IndexPath) => ByteSink): Promise<void> {
  const sink = open(value.path);
  const nested: Promise<void>[] = [];
  let failure: unknown;
  try {
    await write(value, sink, open, nested);
    sink.close();
  } catch (error) {
    failure = error;
    sink.close(error);
  }
  for (const outcome of await Promise.allSettled(nested)) {
    if (outcome.status === 'rejected') failure ??= outcome.reason;
  }
  if (failure !== undefined) throw failure;
}

async function write(
  { type, value, path }: DeferredValue,
  sink: ByteSink,
  open: (path: IndexPath) => ByteSink,
  nested: Promise<void>[],
): Promise<void> {
  const sendNested = async (inner: readonly DeferredValue[]): Promise<void> => {
    for (const one of inner) {
      // The payload of a future shares its path, and so its channel (docs/spec/wrpc.md#6.3).
      if (one.path.length === path.length) {
        await write(one, sink, open, nested);
      } else {
        const sent = sendOne(one, open);
        sent.catch(() => {});
        nested.push(sent);
      }
    }
  };
  if (type.kind === 'future') {
    const payload = await unlessFailed(sink, () => value);
    const writer = new Writer();
    const scope = new EncodeScope(path);
    if (type.value) encoderOf(type.value)(writer, unflattened(type.value, payload), scope);
    const bytes = writer.finish();
    if (bytes.length > 0) await sink.write(bytes);
    await sendNested(scope.deferred);
    return;
  }
  const { element } = type;
  const encodeChunk = element?.kind === 'u8' ? encoderOf({ kind: 'list', element }) : undefined;
  const encodeElement = element && encoderOf(element);
  let index = 0;
  for await (const chunk of untilFailure(value as AsyncIterable<unknown>, sink)) {
    const length = (chunk as { length?: unknown } | undefined)?.length;
    // An empty chunk would end the stream for the reader (docs/spec/wrpc.md#6.1).
    if (length === 0) continue;
    const writer = new Writer();
    const scopes: EncodeScope[] = [];
    if (encodeChunk) {
      encodeChunk(writer, chunk, new EncodeScope());
    } else {
      const items = Array.isArray(chunk) ? chunk : Array.from(chunk as ArrayLike<unknown>);
      writer.unsigned(items.length);
      for (const item of items) {
        const scope = new EncodeScope([...path, index++]);
        encodeElement?.(writer, item, scope);
        if (scope.deferred.length > 0) scopes.push(scope);
      }
    }
    await sink.write(writer.finish());
    for (const scope of scopes) await sendNested(scope.deferred);
  }
  await sink.write(endOfStream);
}

/** The source's chunks; a source that never delivers must not keep a channel that is gone. */
async function* untilFailure(source: AsyncIterable<unknown>, sink: ByteSink): AsyncGenerator<unknown> {
  const iterator = source[Symbol.asyncIterator]();
  let isFinished = false;
  try {
    for (;;) {
      const step = await unlessFailed(sink, () => iterator.next());
      if (step.done) {
        isFinished = true;
        return;
      }
      yield step.value;
    }
  } finally {
    // Not awaited: a generator that waits for its own source finishes only when that one delivers.
    if (!isFinished) iterator.return?.().catch(() => {});
  }
}

function unlessFailed<T>(sink: ByteSink, wait: () => T | PromiseLike<T>): Promise<Awaited<T>> {
  return new Promise((resolve, reject) => {
    sink.onFailure(reject);
    Promise.resolve(wait()).then(resolve, reject);
  });
}
