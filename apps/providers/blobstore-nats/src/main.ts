#!/usr/bin/env node
import { runProvider } from '@wasmlattice/provider-sdk';
import { createBlobstoreProvider } from './blobstore-provider.js';

await runProvider('blobstore-nats', createBlobstoreProvider);
