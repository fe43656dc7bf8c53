import { randomUUID } from 'node:crypto';
import { sqldbPostgresSchema } from '@wasmlattice/provider-host/config-schema';
import {
  type ConfigLayer,
  type Provider,
  type ProviderCall,
  type ProviderContext,
  provideWorld,
} from '@wasmlattice/provider-sdk';
import { err, ok } from '@wasmlattice/rpc';
import type { Database, Rows } from './database.js';
import { describeDatabaseError, queryErrorOf } from './database-failure.js';
import { LinkedDatabases } from './linked-databases.js';
import { type PgValue, type ResultRowEntry, sqldbPostgresExports } from './postgres-wit.js';
import { readDatabaseSettings } from './settings.js';
import { readValue } from './values/read-value.js';
import { writeValue } from './values/write-value.js';

/** Name of the provider in log records. */
export const providerName = 'sqldb-postgres';

/** Most statements that are prepared through one link; a guest prepares the same ones in each of its invocations. */
const mostStatements = 1_000;

/** `wasmcloud:postgres` query and prepared on PostgreSQL servers. */
export function createPostgresProvider(): Provider {
  let context: ProviderContext | undefined;
  let provider: ConfigLayer = { config: {}, secrets: {} };
  const started = (): ProviderContext => {
    if (context === undefined) throw new Error('the provider is used before init');
    return context;
  };
  const databases = new LinkedDatabases(() => started().logger);

  return {
    configSchema: sqldbPostgresSchema,

    exports: provideWorld(sqldbPostgresExports, {
      query: {
        async query(text, params, call) {
          try {
            return ok(rowsOf(await run(databases.get(call).database, text, params)));
          } catch (error) {
            return err(queryErrorOf(error));
          }
        },
        async queryBatch(text, call) {
          try {
            await databases.get(call).database.runBatch(text);
            return ok();
          } catch (error) {
            return err(queryErrorOf(error));
          }
        },
      },
      prepared: {
        async prepare(statement, call) {
          try {
            return ok(await prepare(call, statement));
          } catch (error) {
            return err({ tag: 'unexpected', val: describeDatabaseError(error) });
          }
        },
        async exec(token, params, call) {
          try {
            const { database, statements } = databases.get(call);
            const text = statements.get(token);
            if (text === undefined) return err({ tag: 'unknown-prepared-query' });
            const { count } = await run(database, text, params, token);
            return ok(BigInt(count));
          } catch (error) {
            return err({ tag: 'query-error', val: queryErrorOf(error) });
          }
        },
      },
    }),

    init(given) {
      context = given;
      provider = given;
    },

    async putLinkAsTarget(link) {
      const settings = readDatabaseSettings(link, provider);
      await databases.put(link, settings);
      const { host, port, database } = settings;
      started().logger.info('database linked', {
        source: link.sourceId,
        link: link.linkName,
        host,
        port,
        database,
      });
    },

    deleteLinkAsTarget: (link) => databases.delete(link),

    linksUseConfig: true,
    updateConfig(config) {
      provider = { ...provider, config };
    },
    updateSecrets(secrets) {
      provider = { ...provider, secrets };
    },

    shutdown: () => databases.close(),
  };

  async function prepare(call: ProviderCall, statement: string): Promise<string> {
    const { database, statements, tokens } = databases.get(call);
    const known = tokens.get(statement);
    if (known !== undefined) return known;
    await database.checkStatement(statement);
    if (statements.size >= mostStatements) {
      throw new Error(
        `${mostStatements} statements are prepared already: put what differs between them into parameters`,
      );
    }
    const token = tokens.get(statement) ?? `prepared-statement-${randomUUID()}`;
    tokens.set(statement, token);
    statements.set(token, statement);
    return token;
  }
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
