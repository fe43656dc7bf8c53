import { type HealthReply, reasonOf, SharedPool } from '@wasmlattice/provider-sdk';
import type { Logger } from '@wasmlattice/telemetry';
import { isDenied, KeyvalueFailure, otherFailure } from './keyvalue-failure.js';
import type { RedisConnection } from './redis-connection.js';
import { describeNodes } from './redis-url.js';
import type { ConnectionSettings, StoreSettings } from './settings.js';

/** Connections as links ask for them: their own, or shared by those with the same settings. */
export class Connections {
  readonly #shared: SharedPool<ConnectionSettings, RedisConnection>;
  readonly #logger: Logger;
  readonly #open = new Set<RedisConnection>();

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#shared = new SharedPool({
      open: (settings) => this.#connect(settings),
      close: (connection) => this.#close(connection),
    });
  }

  /**
   * Connects, so that what is wrong shows now.
   *
   * @param scope gets the connection, or the share of it
   * @throws KeyvalueFailure that names the server and says why it can't be used
   */
  async open(
    { connection: settings, isShared }: StoreSettings,
    scope: AsyncDisposableStack,
  ): Promise<RedisConnection> {
    if (isShared) return scope.use(await this.#shared.acquire(settings)).value;
    return scope.adopt(await this.#connect(settings), (own) => this.#close(own));
  }

  health(): HealthReply {
    const healthy = [...this.#open].every((connection) => connection.isReady());
    return healthy ? { healthy } : { healthy, message: 'a Redis server of a link is out of reach' };
  }

  async close(): Promise<void> {
    await this.#shared.close();
  }

  async #connect(settings: ConnectionSettings): Promise<RedisConnection> {
    try {
      const connection = settings.isCluster
        ? await (await import('./cluster-connection.js')).connectCluster(settings, this.#logger)
        : await (await import('./server-connection.js')).connectServer(settings, this.#logger);
      this.#open.add(connection);
      return connection;
    } catch (cause) {
      if (isDenied(cause)) throw new KeyvalueFailure({ tag: 'access-denied' }, { cause });
      throw otherFailure(
        `the Redis server ${describeNodes(settings.address)} can't be used: ${reasonOf(cause)}`,
        { cause },
      );
    }
  }

  async #close(connection: RedisConnection): Promise<void> {
    this.#open.delete(connection);
    await connection.close();
  }
}
