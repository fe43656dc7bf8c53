import { describeCause } from '../../../errors.js';
import { IterableSource } from '../io/index.js';
import type { Incoming } from './blobstore-client.js';

/**
 * Data from the store as the source of an `input-stream`. The end is the end only when the status says so; a failure of the
 * stream itself counts before it.
 */
export function incomingSource({ stream, status }: Incoming<Uint8Array>): IterableSource {
  return new IterableSource(stream, {
    atEnd: async () => {
      const outcome = await status;
      if (outcome.tag === 'err') throw new IncompleteDataError(outcome.val);
    },
    failure: (cause) =>
      cause instanceof IncompleteDataError ? cause : new Error(describeFailedStream(cause), { cause }),
  });
}

/** The store says that its data ended early; the message is the store's own. */
class IncompleteDataError extends Error {
  override readonly name = 'IncompleteDataError';
}

/** The guest's error for data that broke off. */
export function describeFailedStream(cause: unknown): string {
  return `the data from the blobstore broke off: ${describeCause(cause)}`;
}
