#!/usr/bin/env node
import { runProvider } from '@wasmlattice/provider-sdk';
import { createBlobstoreProvider, providerName } from './blobstore-provider.js';

await runProvider(createBlobstoreProvider(), { name: providerName });
