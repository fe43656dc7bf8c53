import { SharedPool } from '@wasmlattice/provider-sdk';
import type { Logger } from '@wasmlattice/telemetry';
import { Database } from './database.js';
import { describeDatabaseError } from './database-failure.js';
import type { DatabaseSettings } from './settings.js';

/** Databases as links ask for them: with connections of their own, or shared by those with the same settings. */
export class Databases {
  readonly #logger: Logger;
  readonly #shared: SharedPool<DatabaseSettings, Database>;

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#shared = new SharedPool({
      open: async (settings) => new Database(settings, logger),
      close: (database) => database.close(),
    });
  }

  /**
   * Connects once, so that what is wrong shows now.
   *
   * @param scope gets the connections, or the share of them
   * @throws Error that says why the database can't be used
   */
  async open(settings: DatabaseSettings, scope: AsyncDisposableStack): Promise<Database> {
    const database = settings.isShared
      ? scope.use(await this.#shared.acquire(settings)).value
      : scope.adopt(new Database(settings, this.#logger), (own) => own.close());
    try {
      await database.check();
    } catch (cause) {
      const { host, port, database: name } = settings;
      const reason = describeDatabaseError(cause);
      throw new Error(`the database ${name} at ${host}:${port} can't be used: ${reason}`, { cause });
    }
    return database;
  }
}
