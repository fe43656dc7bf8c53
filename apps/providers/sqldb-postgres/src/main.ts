#!/usr/bin/env node
import { runProvider } from '@wasmlattice/provider-sdk';
import { createPostgresProvider } from './postgres-provider.js';

await runProvider('sqldb-postgres', createPostgresProvider);
