#!/usr/bin/env node
import { runProvider } from '@wasmlattice/provider-sdk';
import { createHttpServerProvider } from './http-server-provider.js';

await runProvider('http-server', createHttpServerProvider);
