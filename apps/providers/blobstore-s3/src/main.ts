#!/usr/bin/env node
import { runProvider } from '@wasmlattice/provider-sdk';
import { createBlobstoreProvider } from './blobstore-provider.js';

await runProvider('blobstore-s3', createBlobstoreProvider);
