import { setTimeout as delay } from 'node:timers/promises';
import type { WatchedKey } from '@wasmlattice/provider-host/config-schema';
import { createClient, type Invoker } from '@wasmlattice/rpc';
import { type KeyvalueWatcher, keyvalueWatcher } from '@wasmlattice/rpc/interfaces';
import type { Logger } from '@wasmlattice/telemetry';
import { type Change, changeOf, keyspaceChannel, requireNotifications } from './notifications.js';
import type { RedisConnection } from './redis-connection.js';
import type { RedisStore } from './redis-store.js';

/** Longest time a component may take over one change. */
const handlerTimeoutMs = 60_000;
/** First wait before a change that failed is given to the component again; each later one is twice as long. */
const retryMs = 1_000;
/** How often that is tried. */
const maxAttempts = 5;
/** So many changes of a key wait for a component that is slow, of which no two that follow each other are alike. */
const maxWaiting = 100;

/** What upstream's providers send: its hosts take the number of a handle only. */
const anyBucket = '0';

export interface KeyWatchOptions {
  readonly connection: RedisConnection;
  readonly store: Pick<RedisStore, 'get'>;
  /** Number of the database that has the keys. */
  readonly database: number;
  readonly keys: readonly WatchedKey[];
  readonly component: string;
  readonly invoker: Invoker;
  readonly logger: Logger;
}

/**
 * Tells a component of changes of keys, those of one key one after the other, until it is disposed.
 *
 * @throws KeyvalueFailure when Redis does not tell of changes
 */
export async function startKeyWatch(options: KeyWatchOptions): Promise<AsyncDisposable> {
  const { connection, component, database, invoker, keys, store } = options;
  await requireNotifications(connection, options.logger);
  const ended = new AbortController();
  const watcher = createClient(invoker, {
    target: component,
    interface: keyvalueWatcher,
    timeoutMs: handlerTimeoutMs,
    signal: ended.signal,
  });
  const tellers = new Map(
    keys.map((watched) => {
      const logger = options.logger.with({ component, key: watched.key });
      const teller = new KeyTeller({ watcher, store, watched, logger, signal: ended.signal });
      return [keyspaceChannel(database, watched.key), teller];
    }),
  );
  const subscription = await connection.subscribe([...tellers.keys()], (event, channel) => {
    const change = changeOf(event);
    if (change !== undefined) tellers.get(channel)?.add(change);
  });
  return {
    async [Symbol.asyncDispose]() {
      ended.abort();
      await subscription[Symbol.asyncDispose]();
    },
  };
}

interface KeyTellerOptions {
  readonly watcher: KeyvalueWatcher;
  readonly store: Pick<RedisStore, 'get'>;
  readonly watched: WatchedKey;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Tells of the changes of one key, in their order. */
class KeyTeller {
  readonly #options: KeyTellerOptions;
  readonly #waiting: Change[] = [];
  #isTelling = false;

  constructor(options: KeyTellerOptions) {
    this.#options = options;
  }

  add(change: Change): void {
    const { logger, watched } = this.#options;
    if (!watched[change]) return;
    // The value is read when the component is told: it gets the last one of several.
    if (this.#waiting.at(-1) === change) return;
    this.#waiting.push(change);
    if (this.#waiting.length > maxWaiting) {
      this.#waiting.shift();
      logger.error('a change is not told: the component is too slow for those of this key');
    }
    if (!this.#isTelling) this.#tellAll().catch((error: unknown) => logger.error('a watch fails', { error }));
  }

  async #tellAll(): Promise<void> {
    this.#isTelling = true;
    try {
      for (let change = this.#waiting.shift(); change !== undefined; change = this.#waiting.shift()) {
        await this.#tell(change);
      }
    } finally {
      this.#isTelling = false;
    }
  }

  async #tell(change: Change): Promise<void> {
    const { logger, signal } = this.#options;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await this.#invoke(change);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const isLast = attempt === maxAttempts;
        logger.error(`a change could not be told to a component${isLast ? ', and is given up' : ''}`, {
          error,
        });
        if (isLast) return;
        await delay(retryMs * 2 ** (attempt - 1), undefined, { signal }).catch(() => {});
      }
    }
  }

  async #invoke(change: Change): Promise<void> {
    const { store, watched, watcher } = this.#options;
    if (change === 'delete') {
      await watcher.onDelete(anyBucket, watched.key);
      return;
    }
    const value = await store.get(watched.key);
    // Deleted since: that is told next.
    if (value !== undefined) await watcher.onSet(anyBucket, watched.key, value);
  }
}
