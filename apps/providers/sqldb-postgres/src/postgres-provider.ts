import {
  databaseExports,
  type PgValue,
  type QueryError,
  type ResultRowEntry,
} from '@wasmlattice/postgres-interface';
import { type SqldbPostgresSettings, sqldbPostgresSchema } from '@wasmlattice/provider-host/config-schema';
import {
  answering,
  type OpenedLink,
  type Provider,
  type ProviderContext,
  provideWorld,
} from '@wasmlattice/provider-sdk';
import { err, ok, type Result } from '@wasmlattice/rpc';
import type { Database, Rows } from './database.js';
import { describeDatabaseError, executionErrorOf, queryErrorOf } from './database-failure.js';
import { Databases } from './databases.js';
import { LinkedDatabase } from './linked-database.js';
import { databaseSettings } from './settings.js';
import { readValue } from './values/read-value.js';
import { writeValue } from './values/write-value.js';

/** `wasmcloud:postgres`, and `wasmlattice:postgres` beside it, on PostgreSQL servers. */
export function createPostgresProvider({ links, logger }: ProviderContext): Provider {
  const databases = new Databases(logger);
  const open = async (
    link: OpenedLink<SqldbPostgresSettings>,
    scope: AsyncDisposableStack,
  ): Promise<LinkedDatabase> => {
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
  };
  const linked = links({ package: 'wasmcloud:postgres', settings: sqldbPostgresSchema, open });
  const linkedBeside = links({ package: 'wasmlattice:postgres', settings: sqldbPostgresSchema, open });

  const common = { links: linked, logger, level: 'debug' } as const;
  const query = answering({ ...common, error: queryErrorOf });
  const prepare = answering({
    ...common,
    error: (cause) => ({ tag: 'unexpected', val: describeDatabaseError(cause) }) as const,
  });
  const execute = answering({ ...common, error: executionErrorOf });
  const beside = answering({ ...common, links: linkedBeside, error: queryErrorOf });

  return {
    exports: provideWorld(databaseExports, {
      query: {
        query: (text, params, call) =>
          query(call, async ({ database }) => rowsOf(await run(database, text, params))),
        queryBatch: (text, call) => query(call, ({ database }) => database.runBatch(text)),
      },
      prepared: {
        prepare: (statement, call) => prepare(call, ({ statements }) => statements.prepare(statement)),
        exec: (token, params, call) =>
          execute(call, async ({ database, statements }) => {
            const { count } = await run(database, statements.statement(token), params, token);
            return BigInt(count);
          }),
      },
      copy: {
        async copyIn(statement, rows, end, call) {
          const reason = end.then((ended) => (ended.tag === 'err' ? ended.val : undefined));
          const taken = await beside(call, async ({ database }, { until }) => {
            const { done } = await database.copyIn(statement, rows, reason);
            until(done);
            return { done: counted(done) };
          });
          return taken.tag === 'ok' ? ok(taken.val.done) : taken;
        },
        async copyOut(statement, call) {
          const given = await beside(
            call,
            ({ database }, { until }): [AsyncIterable<Uint8Array>, Counted] => {
              const { bytes, done } = database.copyOut(statement);
              until(done);
              return [bytes, counted(done)];
            },
          );
          return given.tag === 'ok' ? given.val : [nothing(), Promise.resolve(given)];
        },
      },
      describe: {
        describe: (statement, call) =>
          beside(call, async ({ database }) => [...(await database.describe(statement))]),
      },
    }),
  };
}

type Counted = Promise<Result<bigint, QueryError>>;

function counted(done: Promise<number>): Counted {
  return done.then(
    (count) => ok(BigInt(count)),
    (error) => err(queryErrorOf(error)),
  );
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

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
