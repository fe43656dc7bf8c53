import type { Logger } from '@wasmlattice/telemetry';
import { Database } from './database.js';
import { describeDatabaseError } from './database-failure.js';
import type { DatabaseSettings } from './settings.js';

/** A link by which a component has a database. */
export interface LinkName {
  readonly sourceId: string;
  readonly linkName: string;
}

/** No link leads from the component to a database. */
export class NotLinkedError extends Error {
  override readonly name = 'NotLinkedError';

  constructor({ sourceId, linkName }: LinkName) {
    super(
      `${sourceId} has no link named ${linkName} to this provider, or that could not be made: put one for wasmcloud:postgres`,
    );
  }
}

interface Shared {
  readonly database: Database;
  users: number;
}

interface Linked {
  readonly database: Database;
  readonly key: string | undefined;
  /** Prepared statements by their tokens, and the tokens by statement. */
  readonly statements: Map<string, string>;
  readonly tokens: Map<string, string>;
}

/** The databases of all links. */
export class LinkedDatabases {
  readonly #links = new Map<string, Linked>();
  /** By settings. */
  readonly #shared = new Map<string, Shared>();
  readonly #logger: () => Logger;

  constructor(logger: () => Logger) {
    this.#logger = logger;
  }

  /**
   * In place of a link of the same name, whose statements run to their end.
   *
   * @throws Error that says why the database can't be used
   */
  async put(link: LinkName, settings: DatabaseSettings): Promise<void> {
    const { isShared, poolSize, ...access } = settings;
    const key = isShared ? JSON.stringify([access, poolSize]) : undefined;
    const database = this.#open(settings, key);
    try {
      await database.check();
    } catch (error) {
      await this.#close({ database, key });
      const { host, port, database: name } = settings;
      throw new Error(
        `the database ${name} at ${host}:${port} can't be used: ${describeDatabaseError(error)}`,
        {
          cause: error,
        },
      );
    }
    const before = this.#links.get(keyOf(link));
    this.#links.set(keyOf(link), { database, key, statements: new Map(), tokens: new Map() });
    if (before !== undefined) await this.#close(before);
  }

  /** @throws NotLinkedError */
  get(link: LinkName): Linked {
    const found = this.#links.get(keyOf(link));
    if (found === undefined) throw new NotLinkedError(link);
    return found;
  }

  async delete(link: LinkName): Promise<void> {
    const found = this.#links.get(keyOf(link));
    this.#links.delete(keyOf(link));
    if (found !== undefined) await this.#close(found);
  }

  async close(): Promise<void> {
    const all = [...this.#links.values()];
    this.#links.clear();
    await Promise.all(all.map((linked) => this.#close(linked)));
  }

  #open(settings: DatabaseSettings, key: string | undefined): Database {
    if (key === undefined) return new Database(settings, this.#logger());
    const shared = this.#shared.get(key) ?? { database: new Database(settings, this.#logger()), users: 0 };
    shared.users++;
    this.#shared.set(key, shared);
    return shared.database;
  }

  async #close({ database, key }: Pick<Linked, 'database' | 'key'>): Promise<void> {
    const shared = key === undefined ? undefined : this.#shared.get(key);
    if (key !== undefined && shared !== undefined) {
      shared.users--;
      if (shared.users > 0) return;
      this.#shared.delete(key);
    }
    await database.close();
  }
}

function keyOf({ sourceId, linkName }: LinkName): string {
  return JSON.stringify([sourceId, linkName]);
}
