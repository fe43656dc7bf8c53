import type { Logger } from '@wasmlattice/telemetry';
import {
  type Client,
  type ClientConfig,
  DatabaseError,
  Pool,
  type PoolClient,
  type QueryArrayConfig,
  type QueryArrayResult,
} from 'pg';
import { Pipeline } from './pipeline.js';
import { QuickStatements } from './quick-statements.js';
import { hasLeftNothing } from './session-effects.js';
import type { DatabaseSettings } from './settings.js';
import type { ExtensionTypes } from './values/read-value.js';
import { CopyIn } from './wire/copy-in.js';
import { CopyOut, ReaderLeftError } from './wire/copy-out.js';
import { DescribeQuery } from './wire/describe-query.js';
import type { WireField } from './wire/wire-connection.js';

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
  readonly name?: string | undefined;
}

/** Rows on their way in. */
export interface RowsIn {
  /** How many there are now; rejects with what `pg` throws. */
  readonly done: Promise<number>;
}

/** Rows on their way out. */
export interface RowsOut extends RowsIn {
  /** Ends where the statement ends, whatever the reason. A reader that leaves ends the statement. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** A column of the rows that a statement gives. */
export interface DescribedColumn {
  readonly name: string;
  /** As PostgreSQL writes it: `numeric(10,2)`. */
  readonly typeName: string;
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

/** The server refuses a text with several statements; else that would depend on whether there are parameters. */
const oneStatement = { queryMode: 'extended' } as const;

/** Connections that many statements share, of a pool that has enough others. */
const pipelineCount = 2;
const leastPoolSize = 4;

/** The connections to a database. */
export class Database {
  readonly #pool: Pool;
  readonly #pipelines: readonly Pipeline[];
  readonly #quick = new QuickStatements();
  readonly #ready = new WeakMap<PoolClient, Promise<unknown>>();
  readonly #logger: Logger;
  #extensions: ExtensionTypes = {};

  constructor({ host, port, user, password, database, tls, poolSize }: DatabaseSettings, logger: Logger) {
    const config: ClientConfig = {
      host,
      port,
      user,
      password,
      database,
      connectionTimeoutMillis: connectionTimeoutMs,
      ...(tls !== undefined && { ssl: tls.ca === undefined ? true : { ca: tls.ca } }),
    };
    const pipelines = poolSize < leastPoolSize ? 0 : pipelineCount;
    const prepare = (client: Client): Promise<unknown> => client.query(sessionSettings);
    this.#pipelines = Array.from({ length: pipelines }, () => new Pipeline({ config, prepare }));
    this.#pool = new Pool({ ...config, max: poolSize - pipelines });
    // A connection that breaks while nobody uses it: the next statement gets another one.
    this.#pool.on('error', (error) => logger.warn('a connection to the database was lost', { error }));
    // One that breaks while it is used: the statement fails, and without a listener the process would.
    this.#pool.on('connect', (client) => client.on('error', () => {}));
    this.#logger = logger;
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

  /**
   * By a connection that nobody else uses meanwhile; statements that were quick so far share one, as long as one of those has room.
   *
   * @throws what `pg` throws
   */
  async run(statement: Statement): Promise<Rows> {
    const pipeline = this.#quick.has(statement.text) ? this.#roomiest() : undefined;
    try {
      return await (pipeline === undefined ? this.#runAlone(statement) : this.#runBy(pipeline, statement));
    } catch (error) {
      // Prepared for a table that has other columns now, it did nothing: another connection prepares it anew.
      if (statement.name === undefined || !isStale(error)) throw error;
      return await this.#runAlone({ ...statement, name: undefined });
    }
  }

  async #runAlone(statement: Statement): Promise<Rows> {
    return await this.#withClient(async (client, session) => {
      const sent = performance.now();
      const result = await client.query<(string | null)[]>(queryOf(statement));
      this.#quick.record(statement.text, performance.now() - sent);
      session.isFresh = hasLeftNothing(statement.text, result.command);
      return this.#rowsOf(result);
    });
  }

  async #runBy(pipeline: Pipeline, statement: Statement): Promise<Rows> {
    const { result, ms } = await pipeline.run<(string | null)[]>(queryOf(statement));
    this.#quick.record(statement.text, ms);
    return this.#rowsOf(result);
  }

  #roomiest(): Pipeline | undefined {
    const [first, ...others] = this.#pipelines.filter(({ hasRoom }) => hasRoom);
    return others.reduce((least, each) => (each.underWay < (least?.underWay ?? 0) ? each : least), first);
  }

  #rowsOf(result: QueryArrayResult<(string | null)[]>): Rows {
    return {
      columns: result.fields.map((field) => ({ name: field.name, oid: field.dataTypeID })),
      rows: result.rows,
      count: result.rowCount ?? 0,
      extensions: this.#extensions,
    };
  }

  /** Runs any number of statements, in one transaction unless they say otherwise; what they give is thrown away. */
  async runBatch(text: string): Promise<void> {
    await this.#withClient((client) => client.query({ text, rowMode: 'array' }));
  }

  /** Has the server read a statement, which is not run. */
  async checkStatement(text: string): Promise<void> {
    await this.#withClient((client, session) => readStatement(client, session, text));
  }

  /** The columns that a statement would give, which is not run. */
  async describe(text: string): Promise<readonly DescribedColumn[]> {
    return await this.#withClient(async (client, session) => {
      const fields = await readStatement(client, session, text);
      const { rows } = await client.query<{ name: string }>(
        `SELECT format_type(oid, modifier) AS name
           FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY AS type (oid, modifier, place) ORDER BY place`,
        [fields.map((field) => field.dataTypeID), fields.map((field) => field.dataTypeModifier)],
      );
      return fields.map(({ name }, i) => ({ name, typeName: rows[i]?.name ?? '???' }));
    });
  }

  /**
   * `COPY … FROM STDIN`: resolves when the server takes rows.
   *
   * @param end resolves, once `rows` has ended, with a reason to have none of them
   * @throws NotThisCopyError for another statement, which changed nothing; or what `pg` throws
   */
  async copyIn(
    text: string,
    rows: AsyncIterable<Uint8Array>,
    end: Promise<string | undefined>,
  ): Promise<RowsIn> {
    const copy = new CopyIn(text);
    const done = this.#withClient(async (client, session) => {
      client.query(copy);
      await copy.started;
      await copy.send(rows, end);
      const count = await copy.finished;
      session.isFresh = true;
      return count;
    });
    await Promise.race([copy.started, done]);
    return { done };
  }

  /** `COPY … TO STDOUT`. Another statement fails with a NotThisCopyError, and changed nothing. */
  copyOut(text: string): RowsOut {
    const copy = new CopyOut(text);
    const done = this.#withClient(async (client, session) => {
      if (!copy.isOver) client.query(copy);
      try {
        const count = await copy.finished;
        session.isFresh = true;
        return count;
      } catch (error) {
        if (error instanceof ReaderLeftError) this.#endStatement(client);
        throw error;
      }
    });
    done.catch((error) => copy.fail(error));
    return { bytes: copy, done };
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.end(), ...this.#pipelines.map((pipeline) => pipeline.close())]);
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
      session.isFresh = error instanceof DatabaseError && error.severity === 'ERROR' && !isStale(error);
      throw error;
    } finally {
      client.release(!session.isFresh);
    }
  }

  /** The server notices that a connection was closed when it writes next, which may be in hours. */
  #endStatement(client: PoolClient): void {
    const { processID } = client as PoolClient & { readonly processID: number | null };
    this.#pool
      .query('SELECT pg_terminate_backend($1)', [processID])
      .catch((error) => this.#logger.debug('a statement that nobody reads was not ended', { error }));
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

async function readStatement(
  client: PoolClient,
  session: { isFresh: boolean },
  text: string,
): Promise<readonly WireField[]> {
  const { fields } = client.query(new DescribeQuery(text));
  const described = await fields;
  session.isFresh = true;
  return described;
}

/** `cached plan must not change result type` */
function isStale(error: unknown): boolean {
  return (
    error instanceof DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery'
  );
}

/** Values come and go as the server's text. */
const asText = { getTypeParser: () => (value: unknown) => value };

function queryOf({ text, values, name }: Statement): QueryArrayConfig {
  return {
    text,
    values: [...values],
    rowMode: 'array',
    ...oneStatement,
    types: asText,
    ...(name !== undefined && { name }),
  };
}
