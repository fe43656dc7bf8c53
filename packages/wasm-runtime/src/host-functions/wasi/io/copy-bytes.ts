import type { ByteSink, ByteSource } from './bytes.js';

/**
 * Gives a sink all that a source has, at the pace of both. Resolves with whether the sink took everything; if it did not, the source is
 * cancelled. Rejects with what either failed with.
 */
export async function copyBytes(source: ByteSource, sink: ByteSink): Promise<boolean> {
  if (source.pipeTo !== undefined) {
    const end = await source.pipeTo(sink);
    if (end.kind === 'failed') throw end.cause;
    return end.kind === 'complete';
  }
  for (;;) {
    const room = sink.capacity();
    if (room === undefined) {
      source.cancel();
      return false;
    }
    if (room === 0) {
      await sink.ready();
      continue;
    }
    const bytes = source.read(room);
    if (bytes === undefined) return true;
    if (bytes.length > 0) sink.write(bytes);
    else await source.ready();
  }
}
