#!/usr/bin/env node
import { runProvider } from '@wasmlattice/provider-sdk';
import { createPostgresProvider, providerName } from './postgres-provider.js';

await runProvider(createPostgresProvider(), { name: providerName });
