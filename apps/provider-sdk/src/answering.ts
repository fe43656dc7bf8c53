import { err, ok, type Result } from '@wasmlattice/rpc';
import type { Logger, LogLevel } from '@wasmlattice/telemetry';
import type { LinkName } from './links/link-errors.js';
import type { LinkMap } from './links/link-map.js';
import type { Lease } from './links/linked-resource.js';
import { watchChunks } from './watch-chunks.js';

export interface AnsweringOptions<Resource, E> {
  /** Where the resource of a call comes from; without it operations get `undefined`. */
  readonly links?: LinkMap<Resource>;
  /**
   * What the component gets for what an operation threw: the error of the WIT function. `NotLinkedError` and `LinkFailedError` come here
   * as well.
   *
   * @param what the operation: `write "a.txt"`, for a message
   */
  readonly error: (cause: unknown, what: string) => E;
  readonly logger: Logger;
  /** At which failures are logged. @default 'warn' */
  readonly level?: Exclude<LogLevel, 'trace'>;
}

/** What an operation has besides its resource. */
export interface Answer<E> extends Lease {
  /** The same chunks; the resource stays open until they end. */
  keeping<T>(chunks: AsyncIterable<T>): AsyncIterable<T>;
  /**
   * For a result `tuple<stream, future<result>>`: chunks that end normally also when reading them fails; then the status says why
   * (docs/spec/wrpc-interfaces.md#5). The resource stays open until they end.
   */
  withStatus<T>(chunks: AsyncIterable<T>): [AsyncIterable<T>, Promise<Result<undefined, E>>];
}

/**
 * Runs one operation for a call: what it returns is the `ok` of a WIT `result`, what it throws the `err`. A failure is logged; the call is
 * never broken.
 */
export interface Answering<Resource, E> {
  (
    call: LinkName,
    operation: (resource: Resource, answer: Answer<E>) => Promise<void> | void,
    what?: string,
  ): Promise<Result<undefined, E>>;
  <T>(
    call: LinkName,
    operation: (resource: Resource, answer: Answer<E>) => Promise<T> | T,
    what?: string,
  ): Promise<Result<T, E>>;
}

/**
 * ```ts
 * const answer = answering({ links: stores, error: (cause) => String(cause), logger });
 * provide(blobstore, { hasObject: (id, call) => answer(call, (store) => store.has(id)), … });
 * ```
 */
export function answering<E, Resource = undefined>(
  options: AnsweringOptions<Resource, E>,
): Answering<Resource, E> {
  const { links = noLinks as LinkMap<Resource>, error, logger, level = 'warn' } = options;

  const answer = async (
    call: LinkName,
    operation: (resource: Resource, answer: Answer<E>) => unknown,
    what = 'answer a call',
  ): Promise<unknown> => {
    const failed = (cause: unknown): Result<undefined, E> => {
      const val = error(cause, what);
      logger[level](`could not ${what}`, { source: call.sourceId, link: call.linkName, error: cause });
      return err(val) as Result<undefined, E>;
    };
    try {
      return ok(await links.use(call, (resource, lease) => operation(resource, answerOf(lease, failed))));
    } catch (cause) {
      return failed(cause);
    }
  };
  // What comes of it is what the operation gives.
  return answer as Answering<Resource, E>;
}

/** For providers that keep nothing by link. */
const noLinks: LinkMap<undefined> = {
  use: async (_link, work) => await work(undefined, { until: () => {} }),
  has: () => true,
};

function answerOf<E>(lease: Lease, failed: (cause: unknown) => Result<undefined, E>): Answer<E> {
  return {
    until: (work) => lease.until(work),
    keeping(chunks) {
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      lease.until(ended);
      return watchChunks(chunks, 'throw', () => resolve());
    },
    withStatus(chunks) {
      const { promise: status, resolve } = Promise.withResolvers<Result<undefined, E>>();
      lease.until(status);
      const told = watchChunks(chunks, 'end', (end) => resolve(end === undefined ? ok() : failed(end.error)));
      return [told, status];
    },
  };
}
