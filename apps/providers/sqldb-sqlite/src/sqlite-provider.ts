import {
  describe,
  type PgValue,
  prepared,
  query,
  type ResultRowEntry,
} from '@wasmlattice/postgres-interface';
import { type SqldbSqliteSettings, sqldbSqliteSchema } from '@wasmlattice/provider-host/config-schema';
import {
  answering,
  type OpenedLink,
  type Provider,
  type ProviderContext,
  provideWorld,
  SharedPool,
} from '@wasmlattice/provider-sdk';
import { LinkedDatabase } from './linked-database.js';
import { DatabaseProcess } from './process/database-process.js';
import { executionErrorOf, queryErrorOf } from './query-failure.js';
import { type DatabaseSettings, databaseSettings } from './settings.js';
import type { Rows } from './sql/database.js';
import { readValue } from './values/read-value.js';
import { writeValue } from './values/write-value.js';

export interface SqliteProviderOptions {
  /** The program that is the process of a database when its first argument is `database`. */
  readonly program: string;
}

/** The links of one name that a component has, whatever their package, have one database. */
interface DatabaseOfLink {
  readonly sourceId: string;
  readonly linkName: string;
  readonly settings: DatabaseSettings;
}

/** `wasmcloud:postgres`, as far as SQLite can, and `wasmlattice:postgres/describe`. */
export function createSqliteProvider(
  { links, logger }: ProviderContext,
  { program }: SqliteProviderOptions,
): Provider {
  const databases = new SharedPool<DatabaseOfLink, DatabaseProcess>({
    open: async ({ settings }) => new DatabaseProcess(settings, program),
    close: (database) => database.close(),
  });
  const open = async (
    { sourceId, linkName, settings: given }: OpenedLink<SqldbSqliteSettings>,
    scope: AsyncDisposableStack,
  ): Promise<LinkedDatabase> => {
    const settings = await databaseSettings(given);
    const { value } = scope.use(await databases.acquire({ sourceId, linkName, settings }));
    try {
      await value.open();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`the database ${settings.file} can't be used: ${reason}`, { cause });
    }
    logger.info('database linked', { source: sourceId, link: linkName, file: settings.file });
    return new LinkedDatabase(value);
  };
  const linked = links({ package: 'wasmcloud:postgres', settings: sqldbSqliteSchema, open });
  const linkedBeside = links({ package: 'wasmlattice:postgres', settings: sqldbSqliteSchema, open });

  const common = { links: linked, logger, level: 'debug', error: queryErrorOf } as const;
  const answer = answering(common);
  const prepare = answering({
    ...common,
    error: (cause) => ({ tag: 'unexpected', val: queryErrorOf(cause).val }) as const,
  });
  const execute = answering({ ...common, error: executionErrorOf });
  const beside = answering({ ...common, links: linkedBeside });

  return {
    exports: provideWorld(
      { query, prepared, describe },
      {
        query: {
          query: (text, params, call) =>
            answer(call, async ({ database }) => rowsOf(await run(database, text, params))),
          queryBatch: (text, call) =>
            answer(call, ({ database }) => database.request({ tag: 'run-batch', text })),
        },
        prepared: {
          prepare: (statement, call) => prepare(call, ({ statements }) => statements.prepare(statement)),
          exec: (token, params, call) =>
            execute(call, async ({ database, statements }) => {
              const { count } = await run(database, statements.statement(token), params);
              return BigInt(count);
            }),
        },
        describe: {
          describe: (text, call) =>
            beside(call, async ({ database }) => {
              const columns = await database.request({ tag: 'describe', text });
              return columns.map(({ name, type = '' }) => ({ name, typeName: type }));
            }),
        },
      },
    ),
  };
}

function run(database: DatabaseProcess, text: string, params: readonly PgValue[]): Promise<Rows> {
  return database.request({ tag: 'run', text, values: params.map(writeValue) });
}

function rowsOf({ columns, rows }: Rows): ResultRowEntry[][] {
  return rows.map((row) =>
    columns.map(({ name, type }, i) => ({ columnName: name, value: readValue(row[i] ?? null, type) })),
  );
}
