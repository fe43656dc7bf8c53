#!/usr/bin/env node
import { runProvider } from '@wasmlattice/provider-sdk';
import { createMessagingProvider, providerName } from './messaging-provider.js';

await runProvider(createMessagingProvider(), { name: providerName });
