#!/usr/bin/env node
import { runProvider } from '@wasmlattice/provider-sdk';
import { createHttpClientProvider } from './http-client-provider.js';

await runProvider('http-client', createHttpClientProvider);
