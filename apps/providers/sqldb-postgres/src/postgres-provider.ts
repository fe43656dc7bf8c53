import { sqldbPostgresSchema } from '@wasmlattice/provider-host/config-schema';
import { answering, type Provider, type ProviderContext, provideWorld } from '@wasmlattice/provider-sdk';
import type { Database, Rows } from './database.js';
import { describeDatabaseError, executionErrorOf, queryErrorOf } from './database-failure.js';
import { Databases } from './databases.js';
import { LinkedDatabase } from './linked-database.js';
import { type PgValue, type ResultRowEntry, sqldbPostgresExports } from './postgres-wit.js';
import { databaseSettings } from './settings.js';
import { readValue } from './values/read-value.js';
import { writeValue } from './values/write-value.js';

/** `wasmcloud:postgres` query and prepared on PostgreSQL servers. */
export function createPostgresProvider({ links, logger }: ProviderContext): Provider {
  const databases = new Databases(logger);
  const linked = links({
    package: 'wasmcloud:postgres',
    settings: sqldbPostgresSchema,
    async open(link, scope) {
      const settings = databaseSettings(link.settings);
      const database = await databases.open(settings, scope);
      logger.info('database linked', {
        source: link.sourceId,
        link: link.linkName,
        host: settings.host,
        port: settings.port,
        database: settings.database,
      });
      return new LinkedDatabase(database);
    },
  });

  const common = { links: linked, logger, level: 'debug' } as const;
  const query = answering({ ...common, error: queryErrorOf });
  const prepare = answering({
    ...common,
    error: (cause) => ({ tag: 'unexpected', val: describeDatabaseError(cause) }) as const,
  });
  const execute = answering({ ...common, error: executionErrorOf });

  return {
    exports: provideWorld(sqldbPostgresExports, {
      query: {
        query: (text, params, call) =>
          query(call, async ({ database }) => rowsOf(await run(database, text, params))),
        queryBatch: (text, call) => query(call, ({ database }) => database.runBatch(text)),
      },
      prepared: {
        prepare: (statement, call) => prepare(call, (database) => database.prepare(statement)),
        exec: (token, params, call) =>
          execute(call, async (prepared) => {
            const { count } = await run(prepared.database, prepared.statement(token), params, token);
            return BigInt(count);
          }),
      },
    }),
  };
}

async function run(
  database: Database,
  text: string,
  params: readonly PgValue[],
  name?: string,
): Promise<Rows> {
  return await database.run({ text, values: params.map(writeValue), ...(name !== undefined && { name }) });
}

function rowsOf({ columns, rows, extensions }: Rows): ResultRowEntry[][] {
  return rows.map((row) =>
    columns.map(({ name, oid }, i) => ({
      columnName: name,
      value: readValue(row[i] ?? null, oid, extensions),
    })),
  );
}
