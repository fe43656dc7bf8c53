import type { PullProgress } from '@wasmlattice/artifacts';
import { artifactPullProgress, type EventPublisher } from '@wasmlattice/events';
import type { Logger } from '@wasmlattice/telemetry';

export interface PullProgressOptions {
  readonly hostId: string;
  readonly events: EventPublisher;
  readonly logger: Logger;
  /** How long a pull takes before it is worth a word, and the time from one to the next, in ms. */
  readonly everyMs?: number;
  readonly now?: () => number;
}

const defaultEveryMs = 1_000;

/** Tells of pulls that take a while, in log and events, and of their end if it told of them before. */
export function createPullReporter(options: PullProgressOptions): (progress: PullProgress) => void {
  const {
    events,
    hostId,
    logger,
    everyMs = defaultEveryMs,
    now = performance.now.bind(performance),
  } = options;
  const pulls = new Map<string, { told: boolean; last: number }>();
  return ({ reference, receivedBytes, totalBytes }) => {
    const pull = pulls.get(reference) ?? { told: false, last: now() };
    pulls.set(reference, pull);
    const isDone = receivedBytes >= totalBytes;
    const isDue = now() - pull.last >= everyMs;
    if (isDone) pulls.delete(reference);
    if (!isDue && !(isDone && pull.told)) return;
    pull.told = true;
    pull.last = now();
    logger.info('fetching an artifact', { image: reference, receivedBytes, totalBytes });
    events
      .publish(artifactPullProgress({ hostId, imageRef: reference, receivedBytes, totalBytes }))
      .catch((error: unknown) => logger.warn('an event could not be published', { error }));
  };
}
