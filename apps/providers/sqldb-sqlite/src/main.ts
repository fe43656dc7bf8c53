#!/usr/bin/env node
import { runProvider } from '@wasmlattice/provider-sdk';
import { serveDatabase } from './process/serve-database.js';
import { createSqliteProvider } from './sqlite-provider.js';

// One program, so that it can be one file: the provider, and the process of each of its databases.
if (process.argv[2] === 'database') serveDatabase();
else {
  const program = import.meta.filename;
  await runProvider('sqldb-sqlite', (context) => createSqliteProvider(context, { program }));
}
