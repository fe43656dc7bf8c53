import type { Logger } from '@wasmlattice/telemetry';
import { DatabaseError, Pool, type PoolClient } from 'pg';
import type { DatabaseSettings } from './settings.js';
import type { ExtensionTypes } from './values/read-value.js';

/** What a statement gave: each value as the server's text, and the type of each column. */
export interface Rows {
  readonly columns: readonly { readonly name: string; readonly oid: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Rows that were changed, or given. */
  readonly count: number;
  readonly extensions: ExtensionTypes;
}

export interface Statement {
  readonly text: string;
  readonly values: readonly (string | null)[];
  /** Has each connection keep it prepared under this name. */
  readonly name?: string;
}

/** How long a statement waits for a connection to be there, in ms. */
const connectionTimeoutMs = 10_000;

/**
 * How values are written, whatever the server, the database or the user have as their defaults. One statement, so that it is one round
 * trip when a connection is made.
 */
const sessionSettings = `
  SET datestyle = 'ISO, MDY'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1;
  SET timezone = 'UTC'; SET lc_monetary = 'C'; SET client_encoding = 'UTF8'; SET application_name = 'wasmlattice';`;

/** Statements that change nothing in their session, by the word that the server answers with. */
const leavesNothing: ReadonlySet<string> = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'SHOW',
  'EXPLAIN',
]);

/** The server refuses a text with several statements; else that would depend on whether there are parameters. */
const oneStatement = { queryMode: 'extended' } as const;

/** The connections to a database. */
export class Database {
  readonly #pool: Pool;
  readonly #ready = new WeakMap<PoolClient, Promise<unknown>>();
  #extensions: ExtensionTypes = {};

  constructor({ host, port, user, password, database, tls, poolSize }: DatabaseSettings, logger: Logger) {
    this.#pool = new Pool({
      host,
      port,
      user,
      password,
      database,
      max: poolSize,
      connectionTimeoutMillis: connectionTimeoutMs,
      ...(tls !== undefined && { ssl: tls.ca === undefined ? true : { ca: tls.ca } }),
    });
    // A connection that breaks while nobody uses it: the next statement gets another one.
    this.#pool.on('error', (error) => logger.warn('a connection to the database was lost', { error }));
  }

  /** Connects once, so that what is wrong with the settings shows now. */
  async check(): Promise<void> {
    const client = await this.#connect();
    try {
      const { rows } = await client.query<{ oid: string | null }>(
        `SELECT to_regtype('hstore')::oid::text AS oid`,
      );
      const [{ oid } = { oid: null }] = rows;
      this.#extensions = { hstore: oid === null ? undefined : Number(oid) };
    } finally {
      client.release();
    }
  }

  /** @throws what `pg` throws */
  async run({ text, values, name }: Statement): Promise<Rows> {
    return await this.#withClient(async (client, session) => {
      const result = await client.query<(string | null)[]>({
        text,
        values: [...values],
        rowMode: 'array',
        ...oneStatement,
        types: { getTypeParser: () => (value: unknown) => value },
        ...(name !== undefined && { name }),
      });
      session.isFresh = leavesNothing.has(result.command);
      return {
        columns: result.fields.map((field) => ({ name: field.name, oid: field.dataTypeID })),
        rows: result.rows,
        count: result.rowCount ?? 0,
        extensions: this.#extensions,
      };
    });
  }

  /** Runs any number of statements, in one transaction unless they say otherwise; what they give is thrown away. */
  async runBatch(text: string): Promise<void> {
    await this.#withClient((client) => client.query({ text, rowMode: 'array' }));
  }

  /** Has the server read a statement, which is not run. */
  async checkStatement(text: string): Promise<void> {
    await this.#withClient(async (client, session) => {
      await client.query({ text: `PREPARE wasmlattice_check AS ${text}`, ...oneStatement });
      await client.query('DEALLOCATE wasmlattice_check');
      session.isFresh = true;
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /**
   * The next statement of the session is somebody else's: one that may have left anything behind, a transaction for instance, was its
   * last.
   */
  async #withClient<T>(work: (client: PoolClient, session: { isFresh: boolean }) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    const session = { isFresh: false };
    try {
      return await work(client, session);
    } catch (error) {
      // The server undoes what it refuses; after anything else nobody knows.
      session.isFresh = error instanceof DatabaseError && error.severity === 'ERROR';
      throw error;
    } finally {
      client.release(!session.isFresh);
    }
  }

  async #connect(): Promise<PoolClient> {
    const client = await this.#pool.connect();
    let ready = this.#ready.get(client);
    if (ready === undefined) {
      ready = client.query(sessionSettings);
      this.#ready.set(client, ready);
    }
    try {
      await ready;
    } catch (error) {
      client.release(true);
      throw error;
    }
    return client;
  }
}
